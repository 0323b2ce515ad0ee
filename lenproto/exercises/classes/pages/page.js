// Opens the evidence that a link leads to, and all of it for print. Without it the page reads as well, opened by hand.
const openAll = (open) => {
  for (const one of document.querySelectorAll("details:not(.staged)")) one.open = open;
};
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  target.open = true;
  target.querySelector("summary")?.focus();
  target.scrollIntoView();
};
addEventListener("hashchange", reveal);
addEventListener("beforeprint", () => openAll(true));
for (const link of document.querySelectorAll('a[href^="#"]')) link.addEventListener("click", () => setTimeout(reveal));
const button = document.getElementById("open-all");
button.hidden = false;
button.addEventListener("click", () => {
  const open = button.getAttribute("aria-pressed") !== "true";
  openAll(open);
  button.setAttribute("aria-pressed", open);
});
reveal();
