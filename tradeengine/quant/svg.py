"""Small SVG figures, written by hand: lines, boxes and words in a frame of their own size."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

FONT = "font-family='sans-serif' font-size='12'"


def document(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    """Give a whole file; the title is for screen readers and for the top of the figure."""
    lines = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'"
        f" viewBox='0 0 {width} {height}' role='img' aria-label={quoteattr(title)} {FONT}>",
        box(0, 0, width, height, "#ffffff"),
        words(10, 20, title),
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def box(x: float, y: float, width: float, height: float, colour: str) -> str:
    """Fill a box; x and y are its upper left corner."""
    return (
        f"<rect x='{x:.1f}' y='{y:.1f}' width='{width:.1f}' height='{height:.1f}' fill='{colour}'/>"
    )


def words(x: float, y: float, text: str, colour: str = "#222222", anchor: str = "start") -> str:
    """Write text; `anchor` is start, middle or end."""
    place = f"x='{x:.1f}' y='{y:.1f}' fill='{colour}' text-anchor='{anchor}'"
    return f"<text {place}>{escape(text)}</text>"


def path(points: Sequence[tuple[float, float]], colour: str) -> str:
    """Join points by a line."""
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f"<polyline points='{joined}' fill='none' stroke='{colour}' stroke-width='1.5'/>"


def upright(x: float, top: float, bottom: float, colour: str) -> str:
    """Draw a dashed upright line."""
    return (
        f"<line x1='{x:.1f}' y1='{top:.1f}' x2='{x:.1f}' y2='{bottom:.1f}' stroke='{colour}'"
        " stroke-dasharray='4 3'/>"
    )
