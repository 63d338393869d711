/** Elements of HTML and of XLIFF that stand inside of a sentence: their names, parted by spaces. */

export const inlineOfHtml =
  "a abbr acronym b bdi bdo big cite data del dfn em font i ins label mark nobr q rp rt ruby s small span strike strong sub sup time tt u";
/** Translation tools send placeholders as these. */
export const inlineOfXliff = "bpt bx ec ept ex g it mrk pc ph sc sm x";
