/** HTML (WHATWG): text of blocks with their inline elements as tags, and the attributes that are read. */
import { type Token, Tokenizer, TokenizerMode } from "parse5";
import { attributePlaces, isProtected } from "./html-attributes.ts";
import type { Document } from "./segments/document.ts";
import { type InlineItem, InlineText, trimItems } from "./segments/inline-tags.ts";
import { encodeReferences } from "./segments/references.ts";
import { SourceText } from "./segments/source-text.ts";
import { type Place, TextDocument } from "./segments/text-document.ts";

const words = (list: string) => new Set(list.split(" "));
const INLINE = words(
  "a abbr acronym b bdi bdo big cite data del dfn em font i ins label mark nobr q rp rt ruby s small span strike strong sub sup time tt u",
);
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
  const reader = new HtmlReader(new SourceText(bytes, name));
  return new TextDocument(reader.source, reader.places());
}

interface Kept {
  from: number;
  isInline: boolean;
  /** Elements open inside, itself first. */
  open: string[];
}

class HtmlReader {
  readonly source: SourceText;
  private readonly found: Place[] = [];
  private readonly open: string[] = [];
  private items: InlineItem[] = [];
  private kept: Kept | undefined;
  private readonly tokenizer: Tokenizer;

  constructor(source: SourceText) {
    this.source = source;
    this.tokenizer = new Tokenizer(
      { sourceCodeLocationInfo: true },
      {
        onStartTag: (token) => this.start(token),
        onEndTag: (token) => this.end(token),
        onCharacter: (token) => this.text(token, token.chars),
        onNullCharacter: (token) => this.text(token, token.chars),
        onWhitespaceCharacter: (token) => this.text(token, this.keepsSpace() ? token.chars : " "),
        onComment: (token) => this.single(token),
        onDoctype: () => this.flush(),
        onEof: () => this.flush(),
      },
    );
  }

  /** In the order of the file, attributes before the text around them. */
  places(): Place[] {
    this.tokenizer.write(this.source.text, true);
    return this.found;
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
    const isKept = isProtected(token);
    if (!isKept) this.found.push(...attributePlaces(this.source, token));
    if (isVoid) {
      if (VOID_INLINE.has(name)) this.items.push({ kind: "empty", from, to, isBreak: name === "br" });
      else this.flush();
    } else if ((isKept || SINGLE.has(name)) && !(token.selfClosing && (name === "svg" || name === "math"))) {
      const isInline = INLINE.has(name) || SINGLE.has(name);
      if (!isInline) this.flush();
      this.kept = { from, isInline, open: [name] };
    } else if (INLINE.has(name)) {
      this.items.push({ kind: "open", name, from, to });
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
    const depth = this.open.lastIndexOf(name);
    if (depth >= 0) this.open.length = depth;
    if (INLINE.has(name)) this.items.push({ kind: "close", name, from, to });
    else if (name === "br") this.items.push({ kind: "empty", from, to, isBreak: true });
    else this.flush();
  }

  /** Whether a start tag ends the element that is kept, which has no end tag then. */
  private endsKept(name: string): boolean {
    const { open } = this.kept!;
    const first = open[0]!;
    if (!ENDS_ITSELF.has(first) || open.length > 1) return false;
    return first === name || (first === "p" && !INLINE.has(name) && !SINGLE.has(name) && !VOID_INLINE.has(name));
  }

  private finishKept(to: number): void {
    const { from, isInline } = this.kept!;
    this.kept = undefined;
    this.tokenizer.inForeignNode = false;
    if (isInline) this.items.push({ kind: "empty", from, to });
  }

  private single({ location }: Token.CommentToken): void {
    if (this.kept === undefined)
      this.items.push({ kind: "empty", from: location!.startOffset, to: location!.endOffset });
  }

  private text({ location }: Token.CharacterToken, text: string): void {
    if (this.kept === undefined)
      this.items.push({ kind: "text", from: location!.startOffset, to: location!.endOffset, text });
  }

  private keepsSpace(): boolean {
    return this.open.some((name) => KEEPS_SPACE.has(name));
  }

  private flush(): void {
    const { items } = trimItems(this.items);
    this.items = [];
    if (!items.some(({ kind, text }) => kind === "text" && text!.trim() !== "")) return;
    const inline = new InlineText(items);
    const [from, to] = [items[0]!.from, items.at(-1)!.to];
    const line = this.source.lineAt(from);
    const { text, marks: tags, breaks } = inline;
    this.found.push({
      segment: { text, current: text, state: "new", line, tags, breaks },
      edits: (translation, lostTags) => {
        const parts = inline.restore(translation, encodeReferences, lostTags, this.source.where(from));
        return parts && [{ from, to, parts }];
      },
    });
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
