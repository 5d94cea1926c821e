// The search: what is for users comes before what is for developers, and the page or the section
// whose title has the words comes before pages that mention them.
const asked = new URLSearchParams(window.location.search).get("q") || "";
const stems = asked
  .toLowerCase()
  .split(/\s+/)
  .filter(Boolean)
  .map((word) => word.replace(/s$/, ""));

var Scorer = {
  score: (result) => {
    const [page, title, , , score] = result;
    if (page.startsWith("developer/")) return score - 20;
    if (!page.startsWith("guide/") && page !== "getting_started") return score;
    const words = title.toLowerCase();
    return score + (stems.every((stem) => words.includes(stem)) ? 12 : 5);
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
