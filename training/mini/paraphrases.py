"""Everyday classes of the held-out packs, and free sentences about them that avoid the classes' names.

Written before any model was measured, and kept out of the training captions.
"""

EVERYDAY: dict[str, tuple[str, ...]] = {
    "rain": ("rain",),
    "thunder": ("thunder",),
    "a crackling fire": ("campfire crackling", "roaring fire"),
    "sea waves": ("beach waves", "ocean waves"),
    "crickets": ("night crickets", "crickets at night", "savanna night insects"),
    "birds singing": ("forest birds", "calm morning birds", "savanna morning birds"),
    "wind": ("desert wind", "howling wind", "mountain wind"),
    "a dog barking": ("dog bark",),
    "a crow": ("crow caw",),
    "a train whistle": ("train whistle",),
}
"""Class → labels that belong to it."""

PARAPHRASES: dict[str, tuple[str, ...]] = {
    "rain": (
        "water drops keep pattering on the roof outside",
        "a soaking wet afternoon with drizzle on the pavement",
        "it is pouring and the gutters are overflowing",
        "a shower beating against the windscreen",
    ),
    "thunder": (
        "a deep boom rolls across the sky after a flash",
        "the storm cracks and grumbles above us",
        "heavy clouds rumbling in the distance",
        "lightning just struck close by",
    ),
    "a crackling fire": (
        "logs burn and pop in the hearth",
        "sitting beside glowing embers at the camp",
        "dry wood snapping as it goes up in flames",
        "a blaze that hisses and snaps",
    ),
    "sea waves": (
        "the tide washes up on the sand",
        "surf breaks along the coast",
        "standing on the shore while the ocean rolls in",
        "water rushing up the beach and drawing back",
    ),
    "crickets": (
        "insects chirp on a warm summer night",
        "a steady high trill from the grass after dark",
        "bugs buzzing in a field at midnight",
        "the nocturnal chorus of little insects",
    ),
    "birds singing": (
        "chirping and warbling from the treetops at dawn",
        "tweets and whistles in the woods",
        "a feathered choir wakes up in the garden",
        "sparrows and robins twittering",
    ),
    "wind": (
        "a cold gale howls across the hills",
        "gusts of air blow over the open plain",
        "a breeze whistles around the corner",
        "a blustery storm whips through the desert",
    ),
    "a dog barking": (
        "a hound yaps at the postman",
        "woof woof from behind the fence",
        "the neighbour's puppy is making noise again",
        "an angry canine guards the yard",
    ),
    "a crow": (
        "a black raven cries from a bare tree",
        "harsh cawing from a large dark bird",
        "a jackdaw squawks over the field",
        "caw caw above the graveyard",
    ),
    "a train whistle": (
        "a locomotive blows its horn",
        "the steam engine announces its departure",
        "a railway hoot at the crossing",
        "an old express toots as it nears the station",
    ),
}
"""Class → four sentences."""
