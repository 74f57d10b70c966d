"""The plot: delivered per second, one panel per load, a bar per server with the spread of its rounds."""

from html import escape

from .peers import PEER_LIST
from .scenarios import SCENARIOS
from .summary import Row, label

_WIDTH, _LEFT, _BAR_MAX = 860, 190, 480
_BAR, _GAP, _HEAD, _FOOT = 20, 8, 40, 18
_COLOURS = {"relay": "#1f77b4", "postfix": "#9a9a9a", "exim": "#9a9a9a", "opensmtpd": "#9a9a9a", "sendmail": "#9a9a9a"}
_NULL_COLOUR = "#a9cdea"


def draw(rows: list[Row], marked: set[str]) -> str:
    """SVG text. Servers in `marked` (they sync nothing) are hatched."""
    parts: list[str] = []
    top = 10
    for scenario in SCENARIOS.values():
        if scenario.half_rate_of:
            continue
        here = sorted((row for row in rows if row.scenario == scenario.name and row.value("delivered_per_second")),
                      key=lambda row: -row.value("delivered_per_second"))
        if here:
            parts += _panel(f"{scenario.name}: {scenario.title}", here, marked, top)
            top += _HEAD + len(here) * (_BAR + _GAP) + _FOOT
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top}" viewBox="0 0 {_WIDTH} {top}" '
        'font-family="sans-serif" font-size="13">',
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="6" height="6" fill="#e8e8e8"/><line y2="6" stroke="#9a9a9a" stroke-width="4"/></pattern></defs>',
        f'<rect width="{_WIDTH}" height="{top}" fill="white"/>',
        *parts,
        "</svg>", "",
    ])


def _panel(title: str, rows: list[Row], marked: set[str], top: int) -> list[str]:
    greatest = max(row.figures["delivered_per_second"].greatest for row in rows)
    parts = [f'<text x="{_LEFT}" y="{top + 22}" font-weight="bold">{escape(title)}: delivered/s</text>']
    for number, row in enumerate(rows):
        parts += _bar(row, marked, top + _HEAD + number * (_BAR + _GAP), _BAR_MAX / greatest)
    return parts


def _bar(row: Row, marked: set[str], y: int, scale: float) -> list[str]:
    is_null = PEER_LIST[row.peer].package is None and row.cell != "default"
    name = label(row)
    fill = "url(#hatch)" if name in marked and not is_null else _NULL_COLOUR if is_null else _COLOURS[row.peer]
    spread = row.figures["delivered_per_second"]
    middle = y + _BAR / 2
    text = f"{spread.median:,.0f}" + (" (syncs nothing)" if name in marked else "")
    least, greatest = (_LEFT + value * scale for value in (spread.least, spread.greatest))
    return [
        f'<text x="{_LEFT - 8}" y="{middle + 4}" text-anchor="end">{escape(name)}</text>',
        f'<rect x="{_LEFT}" y="{y}" width="{max(1, spread.median * scale):.1f}" height="{_BAR}" fill="{fill}"/>',
        f'<path d="M{least:.1f} {middle}H{greatest:.1f}M{least:.1f} {middle - 4}v8M{greatest:.1f} {middle - 4}v8" '
        'stroke="#333" fill="none"/>',
        f'<text x="{max(greatest, _LEFT + spread.median * scale) + 8:.1f}" y="{middle + 4}">{escape(text)}</text>',
    ]
