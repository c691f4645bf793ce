"""What differs from world to world; everything else comes from the pool's meta.json."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Relation:
    """A part of the picture that the network must derive from another one instead of from z (see progressive.py)."""

    cause: tuple  # labels of the part that decides
    directions: tuple  # the latent coordinates that drive it (worlds/axes): numbers of directions
    unused: tuple  # as many coordinates that drive nothing
    layer: int  # the layer after whose output the parts meet
    share: float = 0.5  # of the training pictures


@dataclass(frozen=True, kw_only=True)
class Settings:
    network: str = "stylegan2"  # or "progressive", which has no mapping
    # Generator. The widths at 16 and 32 pixels are the largest: the rewritten layers live there.
    style_dim: int = 0
    mapping_layers: int = 0
    channels: dict  # resolution -> width; the largest resolution is the picture's
    phases: tuple  # (resolution, share of the time, batch), in order; the last runs to the end
    # How much an error matters, by label (1 where not named). Small parts that carry meaning weigh more.
    label_weights: dict
    # Labels whose pixels, grown by one, are the region of the figure `region_name`.
    region: tuple
    region_name: str
    # Scorers: the classifier's outputs, in order, each the sign of one of the pool's attributes.
    switches: tuple
    # How many times as often training sees the pictures in which a rare switch is on, by switch.
    rare: dict = field(default_factory=dict)
    relation: Relation | None = None


WORLDS = {
    "faces": Settings(
        style_dim=128,
        mapping_layers=4,
        channels={4: 96, 8: 96, 16: 128, 32: 80, 64: 32},
        phases=((16, 0.03, 48), (32, 0.12, 32), (64, 0.85, 24)),
        label_weights={
            "lips": 4, "mouth inside": 4, "teeth": 4,
            "eyes": 3, "earrings": 3, "brow": 2.5, "nose": 2.5, "glasses": 2,
        },
        region=("lips", "mouth inside", "teeth"),
        region_name="mouth_l1",
        switches=("smile", "open", "glasses", "earrings", "hat"),
    ),
    "churches": Settings(
        style_dim=128,
        mapping_layers=4,
        channels={4: 96, 8: 96, 16: 128, 32: 80, 64: 32},
        phases=((16, 0.03, 48), (32, 0.12, 32), (64, 0.85, 24)),
        label_weights={"dome": 2.5, "spire": 2.5, "tree": 1.5, "window": 2, "door": 2, "watermark": 4},
        region=("dome",),
        region_name="dome_l1",
        switches=("dome", "spire", "flat", "watermark", "bottom"),
        rare={"watermark": 4, "bottom": 6},
    ),
    "kitchens": Settings(
        network="progressive",
        channels={4: 192, 8: 128, 16: 128, 32: 64, 64: 32},
        phases=((16, 0.04, 48), (32, 0.12, 32), (64, 0.84, 24)),
        label_weights={"window": 1.5, "dark window": 1.5, "reflection": 2.5, "lamp": 2, "pot": 2, "stool": 8, "shelf": 2, "frame": 1.5},
        region=("reflection",),
        region_name="reflection_l1",
        switches=("day", "shelf", "lamp", "pot", "stool"),
        relation=Relation(cause=("window", "dark window", "frame"), directions=(0, 1), unused=(40, 41), layer=4),
    ),
}
