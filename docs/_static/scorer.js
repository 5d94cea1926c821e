// The search: what is for users comes before what is for developers.
var Scorer = {
  score: (result) => {
    const [page, , , , score] = result;
    if (page.startsWith("developer/")) return score - 20;
    if (page.startsWith("guide/") || page === "getting_started") return score + 5;
    return score;
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
