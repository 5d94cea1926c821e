"""Draw the thumbnails of the gallery: a panel of a picture, with letters that can be read.

A comment in an example names the panels by their places among the axes of the picture, as in
``# sphinx_gallery_thumbnail_panels = [2]``. Without it, the first one is shown. If the words in the
panels and their legends leave room for the curves, ``# sphinx_gallery_thumbnail_words = True``
keeps them.
"""

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.figure import SubFigure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

# Inches of the panels. Letters keep their size in points, so they look large in a small picture.
SIZE = (2.9, 1.9)


def scrape(block, block_vars, gallery_conf):
    """Save the pictures of a block for its page, and a thumbnail of the last one."""
    # Imported here, so that tests of the drawing need no packages of the documentation.
    from sphinx_gallery.scrapers import matplotlib_scraper

    figures = [plt.figure(number) for number in plt.get_fignums()]
    written = matplotlib_scraper(block, block_vars, gallery_conf)
    if figures:
        settings = block_vars["file_conf"]
        path = Path(block_vars["image_path_iterator"].image_path.format(0))
        panels, words = (settings.get(f"thumbnail_{of}") for of in ("panels", "words"))
        save(figures[-1], panels or [0], path, words or False)
        # Where sphinx-gallery looks for what it scales.
        settings["thumbnail_path"] = path.relative_to(gallery_conf["src_dir"]).as_posix()
    return written


def save(figure, panels, path, words=False):
    """Write some panels of a figure, which loses everything else, with or without their words."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    chosen = [figure.axes[place] for place in panels]
    for ax in figure.axes:
        ax.set_visible(ax in chosen)
        ax.set_title("")
    drop_words(figure, [] if words else chosen)
    figure.set_size_inches(size(figure, chosen))
    figure.set_dpi(200)
    figure.draw_without_rendering()
    drop_long_labels(chosen)
    box = Bbox.union([ax.get_tightbbox() for ax in chosen])
    inches = box.transformed(figure.dpi_scale_trans.inverted()).padded(0.03)
    figure.savefig(path, dpi=figure.dpi, bbox_inches=inches)


def drop_words(figure, crowded):
    """Hide what is written outside of panels, and in some of them, where there is no room for it.

    Arrows without words remain.
    """
    for part in [figure, *figure.findobj(SubFigure)]:
        for words in [*part.texts, *part.legends]:
            words.set_visible(False)
    for ax in crowded:
        for words in [*filter(Text.get_text, ax.texts), *filter(None, [ax.get_legend()])]:
            words.set_visible(False)


def drop_long_labels(chosen):
    """Hide labels that are longer than their axis: to show them, all would have to be smaller."""
    for ax in chosen:
        panel, x, y = (part.get_window_extent() for part in (ax, ax.xaxis.label, ax.yaxis.label))
        ax.xaxis.label.set_visible(x.width < 1.1 * panel.width)
        ax.yaxis.label.set_visible(y.height < 1.1 * panel.height)


def size(figure, chosen):
    """Return the inches of a figure in which its panels fill the room; squares stay squares."""
    inches = figure.get_size_inches()
    panels = Bbox.union([ax.get_window_extent() for ax in chosen])
    factors = SIZE / (panels.size / figure.bbox.size * inches)
    even = any(ax.get_aspect() != "auto" for ax in chosen)
    return inches * (min(factors) if even else factors)
