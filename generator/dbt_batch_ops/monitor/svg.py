"""Drawings for a page, as wide as there is room, with text that keeps its size."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

_SCALE = 1000


class Drawing:
    """An SVG image: across in shares of its width, from 0 to 1, down in pixels.

    Args:
        name: An id, unique on its page.
        height: In pixels.
        title: What it is, for those who do not see it.
        description: What it shows, likewise.
        has_scale: Whether numbers stand to the left of it.
    """

    def __init__(
        self, name: str, height: float, title: str, description: str, *, has_scale: bool = True
    ) -> None:
        self.height = height
        self._root = ElementTree.Element(
            "svg",
            {
                "width": "100%",
                "height": _number(height),
                "role": "img",
                "aria-labelledby": f"{name}-title {name}-description",
                "id": name,
                "class": "scaled" if has_scale else "plain",
            },
        )
        ElementTree.SubElement(self._root, "title", {"id": f"{name}-title"}).text = title
        ElementTree.SubElement(self._root, "desc", {"id": f"{name}-description"}).text = description

    def rectangle(
        self, left: float, top: float, width: float, height: float, kind: str, tip: str | None = None
    ) -> None:
        """Draw a rectangle; ``tip`` is shown to whoever points at it."""
        self._add(
            "rect",
            kind,
            tip,
            x=_share(left),
            y=_number(top),
            width=_share(max(width, 0.0)),
            height=_number(max(height, 0.0)),
        )

    def line(
        self, left: float, top: float, right: float, bottom: float, kind: str, tip: str | None = None
    ) -> None:
        """Draw a straight line."""
        self._add("line", kind, tip, x1=_share(left), y1=_number(top), x2=_share(right), y2=_number(bottom))

    def square(self, left: float, top: float, size: float, kind: str, tip: str | None = None) -> None:
        """Draw a square, of a size in pixels, around a place across and downwards from one."""
        self._add(
            "rect",
            kind,
            tip,
            x=_share(left),
            y=_number(top),
            width=_number(size),
            height=_number(size),
            transform=f"translate({_number(-size / 2)} 0)",
        )

    def circle(self, left: float, top: float, radius: float, kind: str, tip: str | None = None) -> None:
        """Draw a circle."""
        self._add("circle", kind, tip, cx=_share(left), cy=_number(top), r=_number(radius))

    def text(
        self, left: float, top: float, text: str, kind: str, *, anchor: str = "start", shift: float = 0
    ) -> None:
        """Write a text; ``shift`` moves it right by pixels."""
        words = self._add("text", kind, None, x=_share(left), y=_number(top))
        words.set("text-anchor", anchor)
        if shift:
            words.set("dx", _number(shift))
        words.text = text

    def curve(self, points: Sequence[tuple[float, float]], kind: str, *, floor: float | None = None) -> None:
        """Draw a line through points, or the area between it and a floor."""
        if len(points) < 2:
            return
        # Stretched to the width of the image; the stroke is not.
        frame = ElementTree.SubElement(
            self._root,
            "svg",
            {
                "x": "0",
                "y": "0",
                "width": "100%",
                "height": _number(self.height),
                "viewBox": f"0 0 {_SCALE} {_number(self.height)}",
                "preserveAspectRatio": "none",
                "aria-hidden": "true",
            },
        )
        path = "M" + "L".join(f"{_number(left * _SCALE)} {_number(top)}" for left, top in points)
        if floor is not None:
            path += f"L{_number(points[-1][0] * _SCALE)} {_number(floor)}"
            path += f"L{_number(points[0][0] * _SCALE)} {_number(floor)}Z"
        ElementTree.SubElement(
            frame, "path", {"d": path, "class": kind, "vector-effect": "non-scaling-stroke"}
        )

    def markup(self) -> str:
        """Return the image as text for an HTML page."""
        return ElementTree.tostring(self._root, encoding="unicode", short_empty_elements=True)

    def _add(self, tag: str, kind: str, tip: str | None, **places: str) -> ElementTree.Element:
        element = ElementTree.SubElement(self._root, tag, {**places, "class": kind})
        if tip is not None:
            ElementTree.SubElement(element, "title").text = tip
        return element


def _share(value: float) -> str:
    return f"{value * 100:.3f}".rstrip("0").rstrip(".") + "%"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
