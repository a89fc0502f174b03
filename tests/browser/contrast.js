// The contrast of a page's text, by axe. Its judgement depends on the colour of the text, its size and weight, and on what is painted
// beneath it: of all text that agrees in these a few are shown to axe, and none of what it has found good already. It takes axe
// seconds to judge a long table, where each cell is compared with what may lie over it.
//
// Given [axe's options, the colourings that are known as good]; returns {violations, judged: the colourings that are good}.
async ([options, known]) => {
  const ASKED = 3; // of each colouring: axe has no opinion on a single letter, or on what lies below something else
  const beneath = new Map(), faint = new Map();

  const isFaint = (element) => {
    if (!element) return false;
    if (!faint.has(element)) {
      const { opacity, filter, mixBlendMode } = getComputedStyle(element);
      faint.set(element, opacity !== "1" || filter !== "none" || mixBlendMode !== "normal" || isFaint(element.parentElement));
    }
    return faint.get(element);
  };

  const paints = (element) => {
    const { backgroundColor, backgroundImage } = getComputedStyle(element);
    return backgroundImage !== "none" || !/^rgba\(0, 0, 0, 0\)$/.test(backgroundColor) || /^(img|video|canvas|svg)$/i.test(element.tagName);
  };

  // Whether what is painted below it is not its ancestors' alone: it leaves its parent's box, or lies over its siblings.
  const floats = (element, position) => {
    if (position !== "absolute" && position !== "fixed") return false;
    const mine = element.getBoundingClientRect(), parents = element.parentElement.getBoundingClientRect();
    if (mine.left < parents.left - 1 || mine.right > parents.right + 1) return true;
    if (mine.top < parents.top - 1 || mine.bottom > parents.bottom + 1) return true;
    const meets = (box) => box.left < mine.right && mine.left < box.right && box.top < mine.bottom && mine.top < box.bottom;
    const others = [...element.parentElement.children].filter((other) => other !== element);
    return others.flatMap((other) => [other, ...other.querySelectorAll("*")])
      .some((other) => paints(other) && meets(other.getBoundingClientRect()));
  };

  // Everything that is painted below the element's text, from above to the first that hides what is below it.
  const ground = (element) => {
    if (!element) return "";
    if (!beneath.has(element)) {
      const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode, position } = getComputedStyle(element);
      const isPainted = paints(element), isOpaque = isPainted && backgroundImage === "none" && !/rgba|\/|transparent/.test(backgroundColor);
      const blend = [opacity, filter, mixBlendMode].join(" ");
      const own = [isPainted ? `${backgroundColor} ${backgroundImage}` : "", blend === "1 none normal" ? "" : blend].join(" ");
      const above = `${floats(element, position) ? "floats " : ""}${own.trim()}`;
      const hides = isOpaque && !isFaint(element);
      beneath.set(element, hides ? backgroundColor : `${above && `${above} on `}${ground(element.parentElement)}`);
    }
    return beneath.get(element);
  };

  const colouring = (element) => {
    const { color, fontSize, fontWeight, textShadow, webkitTextFillColor } = getComputedStyle(element);
    return [color, fontSize, fontWeight, textShadow, webkitTextFillColor, ground(element)].join("; ");
  };

  const speaks = (element) =>
    /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) ||
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim().length > 1);

  const good = new Set(known), asked = new Map();
  for (const element of document.body.querySelectorAll("*")) {
    if (!speaks(element) || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const kind = colouring(element);
    if (good.has(kind)) continue;
    const those = asked.get(kind) ?? asked.set(kind, []).get(kind);
    if (those.length < ASKED || kind.includes("floats")) those.push(element);
  }
  const include = [...asked.values()].flat();
  if (!include.length) return { violations: [], judged: [] };
  const found = await axe.run({ include }, { ...options, runOnly: ["color-contrast"], resultTypes: ["violations", "passes"], elementRef: true });
  const kinds = (rules) => rules.flatMap((rule) => rule.nodes.map((node) => colouring(node.element)));
  const bad = new Set(kinds(found.violations));
  const judged = [...new Set(kinds(found.passes))].filter((kind) => !bad.has(kind) && !kind.includes("floats"));
  for (const node of found.violations.flatMap((rule) => rule.nodes)) delete node.element;
  return { violations: found.violations, judged };
}
