"""A series of pictures as one self-contained HTML page."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Sequence

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:;
 style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --ground: #fff; --ink: #262626; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ground: #16181d; --ink: #e8e8e8; }} }}
body {{ margin: 1rem auto; max-width: 44rem; padding: 0 1rem; background: var(--ground);
  color: var(--ink); font: 16px/1.4 system-ui, sans-serif; }}
h1 {{ font-size: 1.2rem; font-weight: 600; }}
#stage {{ position: relative; width: 100%; aspect-ratio: {width} / {height}; max-height: 75vh;
  max-width: calc(75vh * {width} / {height}); margin: auto; }}
#stage > * {{ position: absolute; inset: 0; width: 100%; height: 100%; }}
#frame {{ image-rendering: {rendering}; }}
#controls {{ display: flex; gap: .8rem; align-items: center; margin-top: .8rem; }}
#slider {{ flex: 1; min-width: 4rem; }}
button {{ font: inherit; min-width: 5rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
<div id="stage"><img id="frame" alt="{title}">
<svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">{overlay}</svg></div>
<div id="controls">
<button id="play" type="button">Play</button>
<input id="slider" type="range" min="0" max="{last}" value="{last}" aria-label="frame">
</div>
<p id="caption" aria-live="polite"></p>
<script>
const frames = {frames};
const captions = {captions};
const image = document.getElementById("frame"), slider = document.getElementById("slider");
const play = document.getElementById("play"), caption = document.getElementById("caption");
let timer = null;
function show() {{
  image.src = "data:image/png;base64," + frames[slider.value];
  caption.textContent = captions[slider.value];
  slider.setAttribute("aria-valuetext", captions[slider.value]);
}}
function stop() {{ clearInterval(timer); timer = null; play.textContent = "Play"; }}
function step() {{
  if (+slider.value >= frames.length - 1) {{ stop(); return; }}
  slider.value = +slider.value + 1; show();
}}
play.addEventListener("click", () => {{
  if (timer !== null) {{ stop(); return; }}
  if (+slider.value >= frames.length - 1) slider.value = 0;
  show(); play.textContent = "Pause";
  timer = setInterval(step, Math.max(60, Math.min(250, 6000 / frames.length)));
}});
slider.addEventListener("input", () => {{ stop(); show(); }});
show();
</script>
</body>
</html>
"""


def film_page(
    frames: Sequence[bytes],
    captions: Sequence[str],
    *,
    title: str,
    size: tuple[int, int],
    smooth: bool,
    overlay: str = "",
) -> str:
    """Return the page.

    Parameters
    ----------
    frames : sequence of bytes
        PNG files.
    captions : sequence of str
        One per frame.
    title : str
    size : (int, int)
        Width and height of a frame.
    smooth : bool
        Whether to smooth enlarged pictures; else every pixel is a square.
    overlay : str, default=""
        SVG elements drawn over all frames, in a box from (0, 0) to (1, 1).
    """
    return _PAGE.format(
        title=html.escape(title),
        width=size[0],
        height=size[1],
        rendering="auto" if smooth else "pixelated",
        overlay=overlay,
        last=len(frames) - 1,
        frames=json.dumps([base64.b64encode(frame).decode() for frame in frames]),
        # Inside a script, the end tag of a script must not occur.
        captions=json.dumps(list(captions)).replace("</", "<\\/"),
    )
