use std::borrow::Cow;

/// A key and a value by which events are found across streams.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag {
    /// The field's name, or the aggregate's stored name for its own id.
    pub key: Cow<'static, str>,
    /// The field's text.
    pub value: String,
}

impl Tag {
    /// Makes a tag.
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

    /// Gives what was collected.
    #[must_use]
    pub fn into_vec(self) -> Vec<Tag> {
        self.0
    }
}
