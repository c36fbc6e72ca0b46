use std::collections::BTreeMap;

use super::json::Json;
use super::shown::Shown;
use crate::aggregate::{Aggregate, EventOf, EventSink};
use crate::event::{Codec, Event};
use crate::store::NewEvent;

type Reader = fn(u32, &[u8]) -> Option<Json>;

/// The events that a test expects, each encoded by its own codec.
// Both sides take the way through the bytes: a float that loses digits there loses them twice.
#[derive(Default)]
pub(super) struct Expected {
    pub(super) events: Vec<Shown>,
    pub(super) complaint: Option<String>,
    readers: BTreeMap<&'static str, Reader>,
}

impl<A: Aggregate> EventSink<A> for Expected {
    fn event<E: EventOf<A>>(&mut self, event: E) {
        let mut bytes = Vec::new();
        if let Err(error) = E::Codec::encode(&event, &mut bytes) {
            let complaint = format!("the expected event `{}` cannot be encoded: {error}", E::NAME);
            self.complaint.get_or_insert(complaint);
            return;
        }
        self.readers.insert(E::NAME, read::<E>);
        let payload = self.payload(E::NAME, E::REVISION, &bytes);
        self.events.push(Shown { name: E::NAME.to_owned(), revision: E::REVISION, payload });
    }
}

impl Expected {
    /// What was stored, in the form of what is expected.
    pub(super) fn show(&self, stored: &[NewEvent]) -> Vec<Shown> {
        let shown = stored.iter().map(|event| Shown {
            name: event.name.to_string(),
            revision: event.revision,
            payload: self.payload(&event.name, event.revision, &event.payload),
        });
        shown.collect()
    }

    /// JSON as it is stored; of another codec the JSON of the decoded event, if its type is known
    /// from what is expected, or the bytes.
    fn payload(&self, name: &str, revision: u32, bytes: &[u8]) -> Json {
        let decoded = || self.readers.get(name).and_then(|read| read(revision, bytes));
        Json::parse(bytes).or_else(decoded).unwrap_or_else(|| {
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            Json::Leaf(format!("<{} bytes: {}>", bytes.len(), hex.join(" ")))
        })
    }
}

fn read<E: Event>(revision: u32, bytes: &[u8]) -> Option<Json> {
    Json::of(&E::decode(revision, bytes).ok()?)
}
