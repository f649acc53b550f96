"""Prints everything that mutagen finds in audio files, one JSON object a line.

Arguments: paths. Output for each: {"kind", "tags": {frame or name: [value]}, "pictures": [{"type", "mime", "sha256"}],
"chapters": [{"start", "title"}], "rate", "channels", "seconds"}, or null if mutagen knows no such file.
"""
import base64
import hashlib
import json
import struct
import sys

import mutagen
from mutagen.aac import AAC
from mutagen.flac import Picture
from mutagen.id3 import ID3, ID3NoHeaderError


def picture(kind, mime, data):
    return {"type": int(kind), "mime": mime, "sha256": hashlib.sha256(data).hexdigest()}


def texts(value):
    values = value if isinstance(value, (list, tuple)) else [value]
    return [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values]


def id3(tags, found):
    for key, frame in tags.items():
        name = frame.FrameID
        if name == "APIC":
            found["pictures"].append(picture(frame.type, frame.mime, frame.data))
        elif name == "CHAP":
            title = frame.sub_frames.getall("TIT2")
            found["chapters"].append({"start": frame.start_time / 1000, "title": str(title[0]) if title else ""})
        elif name == "UFID":
            found["tags"][key] = texts(frame.data)
        elif name != "CTOC":
            found["tags"][key] = texts(getattr(frame, "text", None) or getattr(frame, "url", None) or repr(frame))


def mp4(tags, found):
    for key, value in tags.items():
        if key == "covr":
            for cover in value:
                mime = "image/png" if cover.imageformat == cover.FORMAT_PNG else "image/jpeg"
                found["pictures"].append(picture(3, mime, bytes(cover)))
        elif key in ("trkn", "disk"):
            found["tags"][key] = ["%d/%d" % pair for pair in value]
        else:
            found["tags"][key] = texts(value)


def apev2(tags, found):
    for key, value in tags.items():
        if value.kind == 1:
            data = bytes(value.value).split(b"\0", 1)[-1]
            kind = 4 if "back" in key.lower() else 3
            mime = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
            found["pictures"].append(picture(kind, mime, data))
        else:
            found["tags"][key] = texts(list(value)) if value.kind == 0 else [str(value)]


def vorbis(file, found):
    for block in getattr(file, "pictures", []):
        found["pictures"].append(picture(block.type, block.mime, block.data))
    for key, value in file.tags or []:
        if key.lower() == "metadata_block_picture":
            block = Picture(base64.b64decode(value))
            found["pictures"].append(picture(block.type, block.mime, block.data))
        else:
            found["tags"].setdefault(key, []).append(value)


def chapters(file, found):
    for mark in getattr(file, "chapters", None) or []:
        found["chapters"].append({"start": mark.start, "title": mark.title})


def chunks(data, order, start):
    """The chunks of RIFF or AIFF data: name and content."""
    while start + 8 <= len(data):
        name, size = data[start:start + 4], struct.unpack_from(order + "I", data, start + 4)[0]
        yield name, data[start + 8:start + 8 + size]
        start += 8 + size + size % 2


def cue_points(data, found):
    """`cue ` has 24 bytes a point: its number and its sample; `labl` in a list `adtl` has its title (RIFF MCI)."""
    parts = list(chunks(data, "<", 12))
    cue = next((content for name, content in parts if name == b"cue "), b"\0\0\0\0")
    lists = [content for name, content in parts if name == b"LIST" and content[:4] == b"adtl"]
    labels = {struct.unpack_from("<I", label)[0]: label[4:].split(b"\0")[0].decode()
              for content in lists for name, label in chunks(content, "<", 4) if name == b"labl"}
    for at in range(struct.unpack_from("<I", cue)[0]):
        number, sample = struct.unpack_from("<I16xI", cue, 4 + 24 * at)
        found["chapters"].append({"start": sample / found["rate"], "title": labels.get(number, "")})


def markers(data, found):
    """`MARK` has a number, a sample and a name for each marker (AIFF 1.3)."""
    mark = next((content for name, content in chunks(data, ">", 12) if name == b"MARK"), b"\0\0")
    at = 2
    for _ in range(struct.unpack_from(">H", mark)[0]):
        sample, length = struct.unpack_from(">2xIB", mark, at)
        found["chapters"].append({"start": sample / found["rate"], "title": mark[at + 7:at + 7 + length].decode()})
        at += 7 + length + (length + 1) % 2


def asf(tags, found):
    for key, value in tags:
        if key == "WM/Picture":
            found["pictures"].append(asf_picture(value.value))
        else:
            found["tags"].setdefault(key, []).append(str(value))


def asf_picture(data):
    """WM/Picture: type (1 byte), size (4 bytes, little-endian), MIME type and description in UTF-16, each ended by 0."""
    ends = 5
    while data[ends:ends + 2] != b"\0\0":
        ends += 2
    mime = data[5:ends].decode("utf-16-le")
    size = int.from_bytes(data[1:5], "little")
    return picture(data[0], mime, data[len(data) - size:])


def id3_of(path):
    """mutagen knows the tag before raw AAC only by itself."""
    try:
        return ID3(path)
    except ID3NoHeaderError:
        return {}


def look(path):
    file = AAC(path) if path.endswith(".aac") else mutagen.File(path)  # takes ID3 before raw AAC for MP3
    if file is None:
        return None
    kind = type(file).__name__
    info = file.info
    found = {"kind": kind, "tags": {}, "pictures": [], "chapters": [], "seconds": getattr(info, "length", None)}
    found["rate"] = getattr(info, "sample_rate", None)
    found["channels"] = int(getattr(info, "channels", 0)) or None
    if kind in ("WAVE", "AIFF"):
        with open(path, "rb") as content:
            {"WAVE": cue_points, "AIFF": markers}[kind](content.read(), found)
    if kind == "ASF":
        asf(file.tags, found)
    elif kind == "MP4":
        mp4(file.tags or {}, found)
        chapters(file, found)
    elif kind in ("FLAC", "OggVorbis", "OggOpus", "OggFLAC", "OggSpeex"):
        vorbis(file, found)
    elif kind in ("AAC", "AC3"):
        id3(id3_of(path), found)
    elif kind in ("WavPack", "TAK", "MonkeysAudio", "Musepack", "OptimFROG", "APEv2File"):
        apev2(file.tags or {}, found)
    elif file.tags is not None and hasattr(file.tags, "getall"):
        id3(file.tags, found)
    elif file.tags is not None:
        apev2(file.tags, found)
    return found


for name in sys.argv[1:]:
    try:
        print(json.dumps(look(name)))
    except Exception as error:  # the test shows it
        print(json.dumps({"error": "%s: %r" % (name, error)}))
