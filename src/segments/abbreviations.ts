/** Abbreviations after whose full stop a sentence goes on, by language; lower case, without the last full stop and white space inside. */

const shared = "st nr no vol fig al approx ca etc vs dr prof inc ltd co corp ed eds op tel";

/** Abbreviations that stand before something of the same sentence. `etc.` and the like end one where a capital follows. */
const byLanguage: Record<string, string> = {
  en: "mr mrs ms messrs mx rev hon gen col maj capt lt sgt cpl gov sen rep pres e.g i.e cf viz pp p ch sec eq ex art dept univ assn min max est mt ft ave blvd jan feb mar apr jun jul aug sep sept oct nov dec",
  de: "z.b d.h u.a o.ä s.o s.u i.d.r z.t z.zt v.a u.u bzw vgl ggf evtl sog inkl exkl zzgl abs art bd hg hrsg jh jhd mio mrd mrz str tsd usf ing dipl hr fr frl geb gest kap lfd max min mind nrn s ztr feb jan apr aug sept okt nov dez mo di mi do fr sa so rd insb insbes i.a i.allg bspw entspr gem lt o.g u.ä zb",
  fr: "m mm mme mmes mlle mlles me mgr p pp p.ex ex c.-à-d art chap env éd cf fig janv févr avr juil sept oct nov déc av boul bd tél n ste",
  es: "sr sra sres srta d dña ud uds vd vds p.ej ej pág págs cap art núm avda c tel aprox ee.uu ee gral lic ing dto prov dpto",
  it: "sig sigg sig.ra dott dott.ssa ing avv arch geom rag es p.es pag pagg art cap cfr n tel ecc on egr spett all",
  pt: "sr sra srs srta dra exmo exma av pág págs art cap núm n tel aprox p.ex ex eng arq ltda r",
  nl: "dhr mevr mw drs ir mr ing bijv bv b.v blz d.w.z o.a m.b.t t.a.v t/m i.p.v zgn enz evt incl excl jl max min art afb hfst",
  pl: "np tj m.in itd tzn zob por ul al pl im inż mgr hab doc ks św godz min wg str tys mln mld rys art pkt ust",
  sv: "t.ex d.v.s bl.a s.k p.g.a f.ö m.a.o resp ev inkl exkl kl kap jfr fr.o.m t.o.m",
  ru: "т.е т.к т.д т.п т д п г гг в вв ул д кв стр рис см им напр др проф акад тыс млн млрд руб коп н.э с пос обл",
  cs: "např tj tzn resp mj popř apod tzv č čl odst str ing mgr mudr judr rndr phdr ul nám stol sv",
};

const lists = new Map<string, ReadonlySet<string>>();

/** The abbreviations of a language, or only those that many languages share. */
export function abbreviationsOf(language: string): ReadonlySet<string> {
  const known = lists.get(language);
  if (known !== undefined) return known;
  const own = byLanguage[language];
  const list = new Set(`${shared} ${own ?? ""}`.split(" ").filter((each) => each !== ""));
  if (own !== undefined) lists.set(language, list);
  return list;
}
