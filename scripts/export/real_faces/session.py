"""Draws an editing session of ellipses, in the format of the original interface.

    python scripts/export/real_faces/session.py --object 14 --paste 17 --keys 0,15,50,61 --out sessions/ffhq/smile.json

Images are rows of the session's table. The faces are aligned, so a mouth lies at about the same place in all of them.
"""

import argparse
import base64
import io
import json
import os

from PIL import Image, ImageDraw


def mask(size, centre, radii):
    """White where painted, all zero elsewhere: [size,size] RGBA as a data URL."""
    picture = Image.new("RGBA", (size, size))
    (x, y), (rx, ry) = centre, radii
    ImageDraw.Draw(picture).ellipse([x - rx, y - ry, x + rx, y + ry], fill=(255, 255, 255, 255))
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def pair(text):
    x, y = (float(v) for v in text.split(","))
    return x, y


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--object", type=int, required=True)
    parser.add_argument("--paste", type=int, required=True)
    parser.add_argument("--keys", type=lambda t: [int(v) for v in t.split(",")], required=True)
    parser.add_argument("--centre", type=pair, default=(128, 189), help="x,y in pixels of a 256-pixel canvas")
    parser.add_argument("--radii", type=pair, default=(36, 15), help="x,y")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    painted = mask(256, args.centre, args.radii)
    session = {
        "object": [args.object, painted],
        "paste": [args.paste, painted],
        "key": [[row, painted] for row in args.keys],
    }
    os.makedirs(os.path.dirname(args.out) or ".", exist_ok=True)
    with open(args.out, "w") as f:
        json.dump(session, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
