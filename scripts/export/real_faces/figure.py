"""Stacks pictures of one width, shrunk to it: the rows of a figure from the grids that `pipeline sample --format grid` writes.

    python scripts/export/real_faces/figure.py --width 1024 --out docs/smile-ffhq.png before/grid.png after/grid.png
"""

import argparse

from PIL import Image


def stack(paths, width, gap):
    """The pictures below each other, `gap` white pixels apart."""
    rows = []
    for path in paths:
        with Image.open(path) as picture:
            height = round(width * picture.height / picture.width)
            rows.append(picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS))
    out = Image.new("RGB", (width, sum(r.height for r in rows) + gap * (len(rows) - 1)), "white")
    top = 0
    for row in rows:
        out.paste(row, (0, top))
        top += row.height + gap
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="+", help="PNG files, top to bottom")
    parser.add_argument("--width", type=int, default=1024, help="pixels")
    parser.add_argument("--gap", type=int, default=4, help="pixels between two rows")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    stack(args.rows, args.width, args.gap).save(args.out, optimize=True)


if __name__ == "__main__":
    main()
