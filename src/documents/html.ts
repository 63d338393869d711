/** HTML (WHATWG): text of blocks with their inline elements as tags, and the attributes that are read. */
import { type Token, Tokenizer, TokenizerMode } from "parse5";
import { attributePlaces, isProtected } from "./html-attributes.ts";
import { inlineOfHtml, inlineOfXliff } from "./html-elements.ts";
import type { Document } from "./segments/document.ts";
import { InlineBlocks } from "./segments/inline-blocks.ts";
import { type MarkupOptions, tagNames } from "./segments/markup-options.ts";
import { SourceText } from "./segments/source-text.ts";
import { TextDocument } from "./segments/text-document.ts";

const words = (list: string) => new Set(list.split(" "));
const OF_HTML = words(inlineOfHtml);
const INLINE = words(`${inlineOfHtml} ${inlineOfXliff}`);
/** Stand in a text without text of their own to translate; what they hold stays as it is. */
const SINGLE = words(
  "audio canvas code embed iframe kbd map math noembed noframes object samp script style svg var video xmp",
);
const VOID = words("area base br col embed hr img input link meta param source track wbr");
const VOID_INLINE = words("br img input wbr embed");
const RAW = words("style xmp iframe noembed noframes");
const KEEPS_SPACE = words("pre textarea listing");
/** Ended by the next of their kind. */
const ENDS_ITSELF = words("p li dt dd td th tr option");

/** `translate="no"` and `class="notranslate"` keep an element as it is, attributes included. */
export function readHtml(bytes: Uint8Array, name: string): Document {
  return readHtmlText(new SourceText(bytes, name));
}

/** The same of a text, which may be a part of a page. */
export function readHtmlText(source: SourceText, options: MarkupOptions = {}): TextDocument {
  return new TextDocument(source, new HtmlReader(source, options).places());
}

interface Kept {
  from: number;
  isInline: boolean;
  /** Elements open inside, itself first. */
  open: string[];
}

class HtmlReader {
  private readonly source: SourceText;
  private readonly blocks: InlineBlocks;
  private readonly inline: ReadonlySet<string>;
  private readonly ignored: ReadonlySet<string>;
  private readonly open: string[] = [];
  private kept: Kept | undefined;
  private readonly tokenizer: Tokenizer;

  constructor(source: SourceText, { ignoreTags, splittingTags, nonSplittingTags }: MarkupOptions) {
    this.source = source;
    this.blocks = new InlineBlocks(source);
    const splitting = tagNames(splittingTags);
    this.inline = new Set([...INLINE, ...tagNames(nonSplittingTags)].filter((name) => !splitting.has(name)));
    this.ignored = tagNames(ignoreTags);
    this.tokenizer = new Tokenizer(
      { sourceCodeLocationInfo: true },
      {
        onStartTag: (token) => this.start(token),
        onEndTag: (token) => this.end(token),
        onCharacter: (token) => this.text(token, token.chars),
        onNullCharacter: (token) => this.text(token, token.chars),
        onWhitespaceCharacter: (token) => this.text(token, token.chars),
        onComment: (token) => this.single(token),
        onDoctype: () => this.flush(),
        onEof: () => this.flush(),
      },
    );
  }

  /** In the order of the file, attributes before the text around them. */
  places() {
    this.tokenizer.write(this.source.text, true);
    return this.blocks.places;
  }

  private start(token: Token.TagToken): void {
    const { tagName: name } = token;
    const { startOffset: from, endOffset: to } = token.location!;
    this.setState(name);
    const isVoid = VOID.has(name);
    if (this.kept !== undefined && this.endsKept(name)) this.finishKept(from);
    if (this.kept !== undefined) {
      if (!isVoid && !token.selfClosing) this.kept.open.push(name);
      return;
    }
    const isKept = isProtected(token) || this.ignored.has(name);
    // HTML has no such elements of its own, where the slash would mean nothing.
    const isWhole = isVoid || (token.selfClosing && (isKept || this.inline.has(name)) && !OF_HTML.has(name));
    if (!isKept) this.blocks.places.push(...attributePlaces(this.source, token));
    if (isWhole) {
      if (!isVoid || VOID_INLINE.has(name)) this.blocks.add({ kind: "empty", from, to, isBreak: name === "br" });
      else this.flush();
    } else if ((isKept || SINGLE.has(name)) && !(token.selfClosing && (name === "svg" || name === "math"))) {
      const isInline = this.inline.has(name) || SINGLE.has(name);
      if (!isInline) this.flush();
      this.kept = { from, isInline, open: [name] };
    } else if (this.inline.has(name)) {
      this.blocks.add({ kind: "open", name, from, to });
      this.open.push(name);
    } else {
      this.flush();
      this.open.push(name);
    }
  }

  private end(token: Token.TagToken): void {
    const { tagName: name } = token;
    const { startOffset: from, endOffset: to } = token.location!;
    if (this.kept !== undefined) {
      const depth = this.kept.open.lastIndexOf(name);
      if (depth === 0) this.finishKept(to);
      if (depth > 0) this.kept.open.length = depth;
      if (depth >= 0) return;
      // The end of what is around it ends it too.
      if (!this.open.includes(name)) return;
      this.finishKept(from);
    }
    if (this.inline.has(name)) this.blocks.add({ kind: "close", name, from, to });
    else if (name === "br") this.blocks.add({ kind: "empty", from, to, isBreak: true });
    else this.flush();
    const depth = this.open.lastIndexOf(name);
    if (depth >= 0) this.open.length = depth;
  }

  /** Whether a start tag ends the element that is kept, which has no end tag then. */
  private endsKept(name: string): boolean {
    const { open } = this.kept!;
    const first = open[0]!;
    if (!ENDS_ITSELF.has(first) || open.length > 1) return false;
    return first === name || (first === "p" && !this.inline.has(name) && !SINGLE.has(name) && !VOID_INLINE.has(name));
  }

  private finishKept(to: number): void {
    const { from, isInline } = this.kept!;
    this.kept = undefined;
    this.tokenizer.inForeignNode = false;
    if (isInline) this.blocks.add({ kind: "empty", from, to });
  }

  private single({ location }: Token.CommentToken): void {
    if (this.kept === undefined)
      this.blocks.add({ kind: "empty", from: location!.startOffset, to: location!.endOffset });
  }

  private text({ location }: Token.CharacterToken, text: string): void {
    if (this.kept === undefined)
      this.blocks.add({ kind: "text", from: location!.startOffset, to: location!.endOffset, text });
  }

  private keepsSpace(): boolean {
    return this.open.some((name) => KEEPS_SPACE.has(name));
  }

  private flush(): void {
    this.blocks.end(this.keepsSpace() ? undefined : "collapsible");
  }

  /** What the text of some elements is, the tree builder would say. */
  private setState(name: string): void {
    if (name === "svg" || name === "math") this.tokenizer.inForeignNode = true;
    if (this.tokenizer.inForeignNode) return;
    if (name === "title" || name === "textarea") this.tokenizer.state = TokenizerMode.RCDATA;
    else if (name === "script") this.tokenizer.state = TokenizerMode.SCRIPT_DATA;
    else if (name === "plaintext") this.tokenizer.state = TokenizerMode.PLAINTEXT;
    else if (RAW.has(name)) this.tokenizer.state = TokenizerMode.RAWTEXT;
  }
}
