//! Finds the chapters in a book's JSON, in one pass and without decoding their contents.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Chapter;

/// Reads a book, `{"items": […]}` (mdBook 0.5) or `{"sections": […]}` (0.4), into a list of chapters.
pub(super) struct BookSeed<'c, 'a> {
    pub(super) chapters: &'c mut Vec<Chapter<'a>>,
}

impl<'de> DeserializeSeed<'de> for BookSeed<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for BookSeed<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a book with `items` or `sections`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(Text(key)) = map.next_key()? {
            if !matches!(&*key, "items" | "sections") {
                map.next_value::<IgnoredAny>()?;
            } else if found {
                return Err(A::Error::custom("a book with two lists of chapters"));
            } else {
                map.next_value_seed(Items { chapters: self.chapters })?;
                found = true;
            }
        }
        if found { Ok(()) } else { Err(A::Error::custom("a book without `items` or `sections`")) }
    }
}

/// A list of items: of the book, or below a chapter.
struct Items<'c, 'a> {
    chapters: &'c mut Vec<Chapter<'a>>,
}

impl<'de> DeserializeSeed<'de> for Items<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of chapters, part titles and separators")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Item { chapters: &mut *self.chapters })?.is_some() {}
        Ok(())
    }
}

/// One item: `{"Chapter": {…}}`, or any other that a book may hold (`"Separator"`, `{"PartTitle": "…"}`).
struct Item<'c, 'a> {
    chapters: &'c mut Vec<Chapter<'a>>,
}

impl<'de> DeserializeSeed<'de> for Item<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Item<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a chapter, a part title or a separator")
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text(key)) = map.next_key()? {
            if key == "Chapter" {
                map.next_value_seed(ChapterSeed { chapters: &mut *self.chapters })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The fields of a chapter.
struct ChapterSeed<'c, 'a> {
    chapters: &'c mut Vec<Chapter<'a>>,
}

impl<'de> DeserializeSeed<'de> for ChapterSeed<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ChapterSeed<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a chapter with `content`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut chapter = Chapter { path: None, source_path: None, raw: "" };
        // The place of the parent, before its sub-chapters.
        let index = self.chapters.len();
        self.chapters.push(chapter.clone());
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "content" => chapter.raw = map.next_value::<&RawValue>()?.get(),
                "path" => chapter.path = map.next_value::<Option<Text<'_>>>()?.map(|text| text.0),
                "source_path" => chapter.source_path = map.next_value::<Option<Text<'_>>>()?.map(|text| text.0),
                "sub_items" => map.next_value_seed(Items { chapters: &mut *self.chapters })?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if !chapter.raw.starts_with('"') {
            return Err(A::Error::custom("a chapter whose `content` is not a string"));
        }
        self.chapters[index] = chapter;
        Ok(())
    }
}

/// A string, borrowed where nothing in it is escaped.
struct Text<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}
