use crate::event::{RecordedEvent, Tag};

/// An event as it is kept, with the tags that only conditions and filters see.
pub(super) struct Stored {
    pub(super) event: RecordedEvent,
    pub(super) tags: Vec<Tag>,
}

impl Stored {
    /// Tells whether the event has a tag; its stream is one, (aggregate name, id).
    pub(super) fn has_tag(&self, tag: &Tag) -> bool {
        let is_stream = |stream: &crate::event::StreamId| {
            tag.key == stream.aggregate() && tag.value == stream.id()
        };
        self.event.stream.as_ref().is_some_and(|(stream, _)| is_stream(stream))
            || self.tags.contains(tag)
    }
}
