/** A file of each format, with what such files have in practice; all are written by hand for the tests. */

export interface SampleFile {
  /** Of the importer. */
  format: string;
  name: string;
  content: string | Uint8Array;
  /** Of formats of two files. */
  translated?: { name: string; content: string | Uint8Array };
}

const TMX = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd" [<!ENTITY brand "Fire &amp; &#x46;ox">]>
<!-- exported -->
<tmx version="1.4">
  <header srclang="en-US" segtype="sentence" datatype="plaintext" o-tmf="x" adminlang="en" creationtool="t" creationtoolversion="1">
    <prop type="x-project">A project</prop>
  </header>
  <body>
    <tu tuid="a" creationdate="20200101T000000Z">
      <note>not a text</note>
      <tuv xml:lang="EN"><seg>A <hi type="bold">marked</hi> word<ph x="1">{0}</ph>&brand;</seg></tuv>
      <tuv xml:lang="de-DE"><prop type="p">v</prop><seg>Ein <hi type="bold">markiertes</hi> Wort<ph x="1">{0}</ph>&brand;</seg></tuv>
      <tuv xml:lang="de-AT"><seg><![CDATA[Ein <markiertes> Wort]]></seg></tuv>
    </tu>
    <tu>
      <tuv xml:lang="fr"><seg>Un</seg></tuv>
      <tuv lang="en-GB"><seg>One <bpt i="1">&lt;a title="<sub>a page</sub>"&gt;</bpt>two<ept i="1">&lt;/a&gt;</ept></seg></tuv>
      <tuv lang="de"><seg>Eins <bpt i="1">&lt;a title="<sub>eine Seite</sub>"&gt;</bpt>zwei<ept i="1">&lt;/a&gt;</ept></seg></tuv>
    </tu>
    <tu><tuv xml:lang="en"><seg>  Spaces
      and lines é 漢字 😀 </seg></tuv><tuv xml:lang="de"><seg>Leerzeichen</seg></tuv></tu>
    <tu><tuv xml:lang="en"><seg>only one</seg></tuv></tu>
    <tu><tuv xml:lang="en"><seg>bad &#x1f;</seg></tuv><tuv xml:lang="de"><seg/></tuv></tu>
  </body>
</tmx>
`;

export const SAMPLES: readonly SampleFile[] = [{ format: "tmx", name: "a.tmx", content: TMX }];
