"""Writes a small test set in the manner of WMT's and sacreBLEU's scores of it. All text is generated here. Run by hand, see generate.py:

    /tmp/sacrebleu/bin/python test/metrics/golden/extract.py

extract/LANGUAGE.NAME.txt  200 lines of German, Chinese and Japanese: references a and b, and systems good, fair and poor
extract.json               scores of the systems
"""
import os
import random
import statistics

from generate import HERE, confidence_entry, corpus_entry, metric, number, paired_entry, versions, write

LINES = 200
SEED = 2026
# Of each system: how often another wording is chosen, and how often a word is damaged, per word.
SYSTEMS = {"good": (0.15, 0.01), "fair": (0.4, 0.08), "poor": (0.6, 0.3)}
REFERENCES = {"a": (0.0, 0.0), "b": (0.5, 0.0)}

NAMES = ["Anna Keller", "J. Ortega", "Dr. Wu", "Müller & Söhne", "ACME-Holding", "Prof. O'Neil"]
# Each entry: wordings of one meaning; the first is what reference a says.
GERMAN = {
    "who": [["Die Ministerin", "Die Ressortchefin"], ["Der Sprecher der Stadt", "Der Stadtsprecher"], ["Die Forscher", "Die Wissenschaftler"],
            ["Das Unternehmen", "Die Firma"], ["Ein Zeuge", "Ein Augenzeuge"]],
    "when": [["am Montag", "diesen Montag"], ["im Jahr 2019", "2019"], ["gegen 14.30 Uhr", "um halb drei"], ["vor 3,5 Jahren", "vor dreieinhalb Jahren"],
             ["am 1. Mai", "zum Maifeiertag"]],
    "said": [["sagte", "erklärte"], ["betonte", "unterstrich"], ["teilte mit", "gab bekannt"]],
    "what": [["die Preise für Strom steigen um 4,7 %", "Strom wird um 4,7 Prozent teurer"], ["die Brücke bleibt bis auf Weiteres gesperrt", "die Brücke ist weiter zu"],
             ["rund 12.000 Menschen haben demonstriert", "etwa 12 000 Demonstranten kamen"], ["der neue Impfstoff wirkt besser als erwartet", "das neue Vakzin übertrifft die Erwartungen"],
             ["man prüfe ein Angebot über 1,2 Mrd. €", "ein Gebot von 1,2 Milliarden Euro werde geprüft"], ["der Fluss trat nach dem Regen über die Ufer", "nach Regenfällen gab es Hochwasser"]],
    "where": [["in Köln", "in der Domstadt"], ["an der Küste", "am Meer"], ["im Rathaus", "in der Stadtverwaltung"], ["südlich von Graz", "im Süden von Graz"]],
}
CHINESE = {
    "who": [["部长", "该部长"], ["市政府发言人", "市府发言人"], ["研究人员", "科研人员"], ["该公司", "这家公司"], ["一名目击者", "一位目击者"]],
    "when": [["周一", "星期一"], ["2019年", "二〇一九年"], ["下午2:30左右", "14时30分前后"], ["三年半以前", "3.5年前"], ["5月1日", "五一节"]],
    "said": [["表示", "说"], ["强调", "指出"], ["宣布", "公布"]],
    "what": [["电价将上涨4.7%", "电费将提高4.7％"], ["大桥暂时继续封闭", "该桥仍将关闭"], ["约1.2万人参加了示威", "约12,000人游行"],
             ["新疫苗的效果好于预期", "新疫苗比预想的更有效"], ["正在研究12亿欧元的报价", "正考虑€12亿的收购要约"], ["雨后河水漫过了堤岸", "大雨导致河水泛滥"]],
    "where": [["在科隆", "于科隆"], ["在海岸边", "在沿海"], ["在市政厅", "在市府大楼"], ["在格拉茨以南", "在格拉茨南部"]],
}
JAPANESE = {
    "who": [["大臣", "同大臣"], ["市の報道官", "市の広報担当者"], ["研究者ら", "研究チーム"], ["同社", "この会社"], ["目撃者", "ある目撃者"]],
    "when": [["月曜日", "月曜"], ["2019年", "二〇一九年"], ["午後2時30分ごろ", "１４時半ごろ"], ["3年半前", "三年半前"], ["5月1日", "メーデー"]],
    "said": [["述べた", "語った"], ["強調した", "力説した"], ["発表した", "明らかにした"]],
    "what": [["電気料金は4.7％上がる", "電気代が4.7%値上がりする"], ["橋は当面通行止めのままだ", "橋の閉鎖は続く"], ["およそ1万2000人がデモに参加した", "約12,000人がデモを行った"],
             ["新しいワクチンは予想以上に効く", "新ワクチンの効果は予想を上回る"], ["12億ユーロの提案を検討している", "１２億ユーロの申し出を検討中だ"], ["雨のあと川があふれた", "大雨で川が氾濫した"]],
    "where": [["ケルンで", "ケルン市内で"], ["海岸で", "沿岸で"], ["市庁舎で", "市役所で"], ["グラーツの南で", "グラーツ南部で"]],
}
# Orders of the parts; the first is reference a's. A name stands in some.
PATTERNS = {
    "de": (GERMAN, " ", [
        ["{who} {said} {when}: „{What}.“", "„{What}“, {said} {who} {when}."],
        ["{who} {said} {where}, {what}.", "{where} {said} {who}: {What}."],
        ["{What} – so {name} {when} {where}.", "{What}, {said} {name} {when} ({where})."],
        ["{What}; {name} und {who} hatten es {when} erwartet!", "{name} sowie {who} haben {when} damit gerechnet: {What}!"],
    ]),
    "zh": (CHINESE, "", [
        ["{who}{when}{said}：“{what}。”", "{when}，{who}{said}，{what}。"],
        ["{who}{where}{said}，{what}。", "{where}，{who}{said}：「{what}」。"],
        ["{name}{when}{where}说：{what}！", "{when}{name}{where}指出，{what}。"],
        ["《{name}》{when}报道，{what}（{who}）。", "据《{name}》{when}的消息：{what}；{who}。"],
    ]),
    "ja": (JAPANESE, "", [
        ["{who}は{when}、「{what}」と{said}。", "「{what}」と{who}は{when}に{said}。"],
        ["{who}は{where}「{what}」と{said}。", "{where}、{who}が{what}、と{said}。"],
        ["{name}によると、{when}、{where}{what}。", "{when}に{where}{what}・・・{name}はそう{said}。"],
        ["『{name}』は{when}、{what}（{who}）と伝えた！", "{what}、と『{name}』が{when}に報じた〔{who}〕。"],
    ]),
}


def meanings():
    """What the lines say: a pattern, a meaning for each part, a name. The same in every language."""
    rng = random.Random(SEED)
    sizes = {part: len(choices) for part, choices in GERMAN.items()}
    return [
        {"pattern": rng.randrange(4), "name": rng.choice(NAMES), **{part: rng.randrange(size) for part, size in sizes.items()}}
        for _ in range(LINES)
    ]


def rendered(rng, language, meaning, variety, damage):
    """One line. With `variety`, other wordings and orders; with `damage`, faults as systems make them."""
    words, between, patterns = PATTERNS[language]
    other = lambda: rng.random() < variety
    parts = {part: choices[meaning[part]][other()] for part, choices in words.items()}
    parts["What"] = parts["what"][0].upper() + parts["what"][1:]
    line = patterns[meaning["pattern"]][other()].format(name=meaning["name"], **parts)
    if language == "de":
        line = line[0].upper() + line[1:]
    return between.join(damaged(rng, line.split(" ") if between else list(line), damage))


def damaged(rng, units, damage):
    """Units (words, or characters) dropped, doubled, moved, recased, or with their marks cut off."""
    result = []
    for unit in units:
        kind = rng.randrange(5) if rng.random() < damage else None
        if kind == 0 and len(units) > 2:
            continue
        if kind == 1:
            result.append(unit)
        if kind == 2 and result:
            result.insert(rng.randrange(len(result)), unit)
            continue
        if kind == 3:
            unit = unit.swapcase()
        if kind == 4:
            unit = unit.strip(".,;:!?„“()。，、") or unit
        result.append(unit)
    return result or units[:1]


def file_name(language, name):
    return f"{language}.{name}.txt"


def write_texts():
    """Returns the lines by file name."""
    texts = {}
    for language in PATTERNS:
        for name, (variety, damage) in {**REFERENCES, **SYSTEMS}.items():
            rng = random.Random(f"{SEED} {language} {name}")
            lines = [rendered(rng, language, meaning, variety, damage) for meaning in meanings()]
            texts[file_name(language, name)] = lines
            with open(os.path.join(HERE, "extract", file_name(language, name)), "w", encoding="utf-8", newline="\n") as file:
                file.write("".join(line + "\n" for line in lines))
    return texts


CONFIGURATIONS = [
    *(("bleu", {"tokenize": tokenizer}) for tokenizer in ("13a", "intl", "zh", "char", "none")),
    ("bleu", {"lowercase": True}), ("bleu", {"smoothMethod": "floor"}), ("bleu", {"smoothMethod": "add-k"}), ("bleu", {"smoothMethod": "none"}),
    ("chrf", {}), ("chrf", {"wordOrder": 2}), ("ter", {}), ("ter", {"normalized": True, "asianSupport": True}),
]
SENTENCE_CONFIGURATIONS = [("bleu", {"effectiveOrder": True}), ("bleu", {"tokenize": "zh", "effectiveOrder": True}), ("chrf", {}), ("ter", {})]


def main():
    texts = write_texts()
    data = {"versions": versions(), "corpora": [], "sentences": [], "confidence": [], "comparisons": []}
    for language in PATTERNS:
        references = [file_name(language, name) for name in REFERENCES]
        streams = [texts[name] for name in references]
        systems = [file_name(language, name) for name in SYSTEMS]
        for hyp in systems:
            for count in (1, 2):
                place = {"hyp": hyp, "refs": references[:count]}
                data["corpora"] += [
                    {**place, **corpus_entry(name, options, texts[hyp], streams[:count])} for name, options in CONFIGURATIONS
                ]
            place = {"hyp": hyp, "refs": references}
            for name, options in SENTENCE_CONFIGURATIONS:
                scorer = metric(name, options)
                scores = [scorer.sentence_score(line, [s[i] for s in streams]).score for i, line in enumerate(texts[hyp])]
                data["sentences"].append({**place, "metric": name, "options": options,
                                          "mean": number(statistics.fmean(scores)), "spread": number(statistics.pstdev(scores))})
        tokenize = {"tokenize": "13a" if language == "de" else "zh" if language == "zh" else "char"}
        for name, options in (("bleu", tokenize), ("chrf", {}), ("ter", {})):
            data["confidence"].append({"hyp": systems[1], "refs": references, **confidence_entry(name, options, texts[systems[1]], streams, 200)})
        data["comparisons"].append({
            "systems": systems, "refs": references,
            "paired": [
                paired_entry(name, options, [(system, texts[system]) for system in systems], streams, method, samples, confidence)
                for name, options in (("bleu", tokenize), ("chrf", {"wordOrder": 2}), ("ter", {}))
                for method, samples, confidence in (("bs", 300, -1), ("ar", 400, 100))
            ],
        })
    write("extract.json", data)


if __name__ == "__main__":
    main()
