"""Writes every kind of tag, picture and chunk into audio files, by their extension. Arguments: folder of pictures, paths.

The folder holds front.jpg, back.png and icon.png (32 x 32).
"""
import base64
import os
import struct
import sys

from mutagen.aiff import AIFF
from mutagen.apev2 import APEBinaryValue, APETextValue, APEValue, BINARY
from mutagen.asf import ASF, ASFByteArrayAttribute
from mutagen.flac import FLAC, Picture
from mutagen.id3 import (APIC, CHAP, COMM, CTOC, CTOCFlags, TALB, TCMP, TCOM, TCON, TCOP, TDRC, TIT2, TPE1, TPE2, TPE3,
                         TPOS, TPUB, TRCK, TSOP, TSRC, TXXX, UFID, USLT)
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.trueaudio import TrueAudio
from mutagen.wave import WAVE
from mutagen.wavpack import WavPack

ARTISTS = ["Ann", "Bob; Cid", "Čeněk"]
GENRES = ["Jazz", "Música"]
LYRICS = "first line\nsecond línea"
COMMENTS = {
    "title": ["Über den Wolken 雲"], "artist": ARTISTS, "album": ["Línea"], "albumartist": ["Various"],
    "tracknumber": ["3"], "tracktotal": ["12"], "discnumber": ["1"], "disctotal": ["2"], "date": ["2019-05-04"],
    "genre": GENRES, "composer": ["Dvořák"], "copyright": ["2019 Ann"], "isrc": ["USRC17607839"], "label": ["Seed"],
    "artistsort": ["Ann, A."], "compilation": ["1"], "lyrics": [LYRICS], "comment": ["No comment"],
    "musicbrainz_trackid": ["4f0c8a7e-0a5f-4d2c-9d0c-8a1d9e3f5b11"], "conductor": ["Eva"], "barcode": ["0724384960650"],
    "my field": ["own value", "second value"],
}
FREEFORM = {"ISRC": "isrc", "LABEL": "label", "CONDUCTOR": "conductor", "BARCODE": "barcode",
            "MusicBrainz Track Id": "musicbrainz_trackid", "my field": "my field"}


def pictures(folder):
    for name, mime, kind in (("front.jpg", "image/jpeg", 3), ("back.png", "image/png", 4), ("icon.png", "image/png", 1)):
        with open(os.path.join(folder, name), "rb") as file:
            yield mime, kind, file.read()


def block(mime, kind, data):
    made = Picture()
    made.mime, made.type, made.data = mime, kind, data
    return made


def id3(file, folder, chapters):
    if file.tags is None:
        file.add_tags()
    c, tags = {name: values for name, values in COMMENTS.items()}, file.tags
    for frame, name in ((TIT2, "title"), (TPE1, "artist"), (TALB, "album"), (TPE2, "albumartist"), (TDRC, "date"),
                        (TCON, "genre"), (TCOM, "composer"), (TCOP, "copyright"), (TSRC, "isrc"), (TPUB, "label"),
                        (TSOP, "artistsort"), (TCMP, "compilation"), (TPE3, "conductor")):
        tags.add(frame(encoding=3, text=c[name]))
    tags.add(TRCK(encoding=3, text="3/12"))
    tags.add(TPOS(encoding=3, text="1/2"))
    tags.add(USLT(encoding=3, lang="eng", desc="", text=LYRICS))
    tags.add(COMM(encoding=3, lang="eng", desc="", text=c["comment"]))
    tags.add(UFID(owner="http://musicbrainz.org", data=c["musicbrainz_trackid"][0].encode()))
    tags.add(TXXX(encoding=3, desc="BARCODE", text=c["barcode"]))
    tags.add(TXXX(encoding=3, desc="my field", text=c["my field"]))
    for mime, kind, data in pictures(folder):
        tags.add(APIC(encoding=3, mime=mime, type=kind, desc=str(kind), data=data))
    if chapters:
        tags.add(CTOC(element_id="toc", flags=CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED, child_element_ids=["a", "b"],
                      sub_frames=[]))
        for name, start, end in (("a", 0, 700), ("b", 700, 1000)):
            tags.add(CHAP(element_id=name, start_time=start, end_time=end, start_offset=0xFFFFFFFF,
                          end_offset=0xFFFFFFFF, sub_frames=[TIT2(encoding=3, text=[name])]))


def mp4(file, folder):
    c = COMMENTS
    for key, name in (("©nam", "title"), ("©ART", "artist"), ("©alb", "album"), ("aART", "albumartist"), ("©day", "date"),
                      ("©gen", "genre"), ("©wrt", "composer"), ("cprt", "copyright"), ("soar", "artistsort"),
                      ("©lyr", "lyrics"), ("©cmt", "comment")):
        file[key] = c[name]
    file["trkn"], file["disk"], file["cpil"] = [(3, 12)], [(1, 2)], True
    for key, name in FREEFORM.items():
        file["----:com.apple.iTunes:" + key] = [MP4FreeForm(value.encode()) for value in c[name]]
    formats = {"image/png": MP4Cover.FORMAT_PNG, "image/jpeg": MP4Cover.FORMAT_JPEG}
    file["covr"] = [MP4Cover(data, formats[mime]) for mime, _, data in pictures(folder)]


def comments(file, folder):
    for name, values in COMMENTS.items():
        file[name] = values
    if isinstance(file, FLAC):
        for number, (start, title) in enumerate((('00:00:00.000', 'a'), ('00:00:00.400', 'b')), 1):
            file['CHAPTER%03d' % number], file['CHAPTER%03dNAME' % number] = start, title
        for each in pictures(folder):
            file.add_picture(block(*each))
    else:
        file["metadata_block_picture"] = [base64.b64encode(block(*each).write()).decode() for each in pictures(folder)]


def ape(file, folder):
    if file.tags is None:
        file.add_tags()
    names = {"tracknumber": None, "tracktotal": None, "discnumber": None, "disctotal": None, "date": "Year"}
    for name, values in COMMENTS.items():
        key = names.get(name, name)
        if key:
            file.tags[key] = APETextValue("\0".join(values), 0)
    file.tags["Track"], file.tags["Disc"] = "3/12", "1/2"
    for mime, kind, data in pictures(folder):
        if kind != 1:
            key = "Cover Art (Front)" if kind == 3 else "Cover Art (Back)"
            file.tags[key] = APEValue(key.encode() + b"\0" + data, BINARY)


def asf(file, folder):
    names = {"title": "Title", "artist": "Author", "album": "WM/AlbumTitle", "albumartist": "WM/AlbumArtist",
             "date": "WM/Year", "genre": "WM/Genre", "composer": "WM/Composer", "copyright": "Copyright", "isrc": "WM/ISRC",
             "label": "WM/Publisher", "artistsort": "WM/ArtistSortOrder", "lyrics": "WM/Lyrics", "comment": "Description",
             "conductor": "WM/Conductor", "barcode": "WM/Barcode", "my field": "my field",
             "musicbrainz_trackid": "MusicBrainz/Track Id"}
    for name, key in names.items():
        file[key] = COMMENTS[name]
    file["WM/TrackNumber"], file["WM/PartOfSet"], file["WM/IsCompilation"] = "3/12", "1/2", "1"
    file["WM/Picture"] = [
        ASFByteArrayAttribute(struct.pack("<BI", kind, len(data)) + mime.encode("utf-16-le") + b"\0\0\0\0" + data)
        for mime, kind, data in pictures(folder)]


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def broadcast(path):
    """Adds bext, iXML, cue, its labels and smpl to a WAV file (EBU Tech 3285, iXML 2.0, RIFF MCI)."""
    bext = struct.pack("<256s32s32s10s8sQH64s190s", b"Scene one", b"Recorder", b"REF1", b"2019-05-04", b"10:00:00",
                       48000 * 3600, 1, b"", b"") + b"A=PCM,F=48000,W=16,M=mono,T=test\r\n"
    ixml = b'<?xml version="1.0" encoding="UTF-8"?><BWFXML><PROJECT>Seed</PROJECT><SCENE>1</SCENE></BWFXML>'
    points = [(1, 0), (2, 33600)]
    cue = struct.pack("<I", len(points)) + b"".join(
        struct.pack("<II4sIII", number, at, b"data", 0, 0, at) for number, at in points)
    labels = b"adtl" + b"".join(chunk(b"labl", struct.pack("<I", number) + title + b"\0")
                                for number, title in ((1, b"a"), (2, b"b")))
    smpl = struct.pack("<9I", 0, 0, 20833, 60, 0, 0, 0, 1, 0) + struct.pack("<6I", 1, 0, 100, 20000, 0, 0)
    extra = chunk(b"bext", bext) + chunk(b"iXML", ixml) + chunk(b"cue ", cue) + chunk(b"LIST", labels) + chunk(b"smpl", smpl)
    with open(path, "r+b") as file:
        file.seek(0, 2)
        file.write(extra)
        size = file.tell()
        file.seek(4)
        file.write(struct.pack("<I", size - 8))


def fill(path, folder):
    kind = path.rsplit(".", 1)[-1]
    if kind == "mp3":
        file = MP3(path)
        id3(file, folder, True)
    elif kind in ("aiff", "wav", "tta"):
        file = {"aiff": AIFF, "wav": WAVE, "tta": TrueAudio}[kind](path)
        id3(file, folder, False)
    elif kind in ("m4a", "m4b"):
        file = MP4(path)
        mp4(file, folder)
    elif kind in ("flac", "ogg", "opus"):
        file = {"flac": FLAC, "ogg": OggVorbis, "opus": OggOpus}[kind](path)
        comments(file, folder)
    elif kind == "wv":
        file = WavPack(path)
        ape(file, folder)
    elif kind == "wma":
        file = ASF(path)
        asf(file, folder)
    else:
        raise ValueError(path)
    file.save()
    if kind == "wav":
        broadcast(path)


for name in sys.argv[2:]:
    fill(name, sys.argv[1])
