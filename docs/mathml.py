"""Write formulas as MathML, which browsers draw by themselves: no script, font or network."""

from docutils import nodes
from latex2mathml.converter import convert


def mathml(latex, display):
    """Return a formula in MathML; `display` is "inline" or "block"."""
    if r"\\" in latex and r"\begin" not in latex:
        latex = rf"\begin{{aligned}}{latex}\end{{aligned}}"
    return convert(latex.strip(), display=display)


def visit_inline(self, node):
    """Write a formula within a line."""
    self.body.append(mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_block(self, node):
    """Write a formula of its own."""
    self.body.append(f'<div class="formula">{mathml(node.astext(), "block")}</div>')
    raise nodes.SkipNode


def setup(app):
    """Register the renderer for `html_math_renderer`."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
