use std::borrow::Cow;

/// How many bytes the key and the value of a tag may have together.
///
/// A tag is a key of every engine's index, and those have limits of their own; this one is below
/// them all and above every id.
pub const MAX_TAG_BYTES: usize = 1024;

/// A key and a value by which events are found across streams.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag {
    /// The field's name, or the aggregate's stored name for its own id.
    pub key: Cow<'static, str>,
    /// The field's text.
    pub value: String,
}

impl Tag {
    /// Makes a tag. A log refuses one of more than [`MAX_TAG_BYTES`].
    pub fn new(key: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

/// Collects the tags of one event.
#[derive(Debug, Default)]
pub struct Tags(Vec<Tag>);

impl Tags {
    /// Adds a tag.
    pub fn add(&mut self, key: &'static str, value: impl Into<String>) {
        self.0.push(Tag::new(key, value));
    }

    /// Adds a field's value; nothing for an absent `Option`.
    pub fn add_value<T: TagValue + ?Sized>(&mut self, key: &'static str, value: &T) {
        if let Some(text) = value.tag_value() {
            self.add(key, text);
        }
    }

    /// Gives what was collected.
    #[must_use]
    pub fn into_vec(self) -> Vec<Tag> {
        self.0
    }
}

/// A value that a `#[tag]` field can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a tag",
    label = "has no text form that events are found by",
    note = "use a string, an integer, `bool`, `Uuid`, an id with `#[derive(AggregateId)]`, an enum with `#[derive(ViewKey)]`, an `Option` of these, or implement `TagValue`"
)]
pub trait TagValue {
    /// The text by which events are found; `None` adds no tag.
    fn tag_value(&self) -> Option<Cow<'_, str>>;
}

impl TagValue for str {
    fn tag_value(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl TagValue for String {
    fn tag_value(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl<T: TagValue> TagValue for Option<T> {
    fn tag_value(&self) -> Option<Cow<'_, str>> {
        self.as_ref().and_then(TagValue::tag_value)
    }
}

macro_rules! by_display {
    ($($type:ty),*) => { $(
        impl TagValue for $type {
            fn tag_value(&self) -> Option<Cow<'_, str>> {
                Some(Cow::Owned(self.to_string()))
            }
        }
    )* };
}

by_display!(u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, bool, char, uuid::Uuid);
