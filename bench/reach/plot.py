"""Events a second by users, threads and rules, as SVG text; three lines need no library."""

import math

PANELS = [("users", "users", True), ("threads", "threads", False), ("rules", "rules", True)]
WIDTH, HEIGHT, GAP, LEFT, TOP = 250, 200, 60, 70, 40


def nice(number):
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if number >= unit:
            return f"{number / unit:g}{name}"
    return f"{number:g}"


def ticks(low, high):
    """Powers of ten around both ends."""
    return [10.0 ** i for i in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def panel(points, label, logarithmic, left):
    xs, ys = [p["x"] for p in points], [p["y"] for p in points]
    marks = ticks(min(ys), max(ys))
    low, high = math.log10(marks[0]), math.log10(marks[-1])
    scale = math.log10 if logarithmic else float
    first, last = scale(min(xs)), scale(max(xs))

    def place(x, y):
        return (left + WIDTH * (scale(x) - first) / ((last - first) or 1),
                TOP + HEIGHT * (1 - (math.log10(y) - low) / ((high - low) or 1)))

    out = [f'<rect x="{left}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" fill="none" '
           'stroke="#999"/>',
           f'<text x="{left + WIDTH / 2}" y="{TOP + HEIGHT + 36}" text-anchor="middle">'
           f'{label}</text>']
    for mark in marks:
        y = place(xs[0], mark)[1]
        out.append(f'<line x1="{left}" y1="{y:.1f}" x2="{left + WIDTH}" y2="{y:.1f}" '
                   'stroke="#ddd"/>')
        out.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{nice(mark)}</text>')
    for x, y in zip(xs, ys):
        across, down = place(x, y)
        out.append(f'<text x="{across:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">'
                   f'{nice(x)}</text>')
        out.append(f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3" fill="#1f6feb"/>')
        out.append(f'<text x="{across:.1f}" y="{down - 8:.1f}" text-anchor="middle" '
                   f'fill="#1f6feb">{nice(float(f"{y:.2g}"))}</text>')
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(p["x"], p["y"]) for p in points))
    out.append(f'<polyline points="{path}" fill="none" stroke="#1f6feb" stroke-width="2"/>')
    return out


def plot(points):
    """`points`: {"curve": panel, "x": …, "y": events a second}."""
    out, left = [], LEFT
    for curve, label, logarithmic in PANELS:
        own = [point for point in points if point["curve"] == curve]
        if own:
            out += panel(own, label, logarithmic, left)
        left += WIDTH + GAP
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{left}" height="{TOP + HEIGHT + 50}" '
            'font-family="sans-serif" font-size="11">')
    title = f'<text x="{LEFT}" y="22" font-size="14">events a second, decoded</text>'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', title, *out,
                      "</svg>"]) + "\n"
