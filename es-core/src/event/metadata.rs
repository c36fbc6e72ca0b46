use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{InvalidId, Tenant};

/// The keys of metadata that the framework reads and writes.
pub mod keys {
    /// Id of the message that began the whole conversation.
    pub const CORRELATION_ID: &str = "correlation_id";
    /// Id of the message that directly caused this one.
    pub const CAUSATION_ID: &str = "causation_id";
    /// The tenant; absent means the empty one.
    pub const TENANT: &str = "tenant";
    /// W3C trace context.
    pub const TRACEPARENT: &str = "traceparent";
    /// W3C trace state.
    pub const TRACESTATE: &str = "tracestate";
}

/// What travels with a message beside its payload: strings by name. Cloning is cheap.
// Every event carries the two ids, so they are kept as numbers; as strings in a map they would
// cost more than the rest of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    correlation_id: Option<Uuid>,
    causation_id: Option<Uuid>,
    entries: Option<Arc<BTreeMap<String, String>>>,
}

impl Metadata {
    /// No entries.
    #[must_use]
    pub const fn new() -> Self {
        Self { correlation_id: None, causation_id: None, entries: None }
    }

    /// Returns the value under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Cow<'_, str>> {
        let number = match key {
            keys::CORRELATION_ID => self.correlation_id,
            keys::CAUSATION_ID => self.causation_id,
            _ => None,
        };
        match number {
            Some(id) => Some(Cow::Owned(id.to_string())),
            None => self.entries.as_ref()?.get(key).map(|value| Cow::Borrowed(value.as_str())),
        }
    }

    /// Adds or replaces an entry.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.insert(key, value);
        self
    }

    /// Adds or replaces an entry.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) {
        let (key, value) = (key.into(), value.into());
        let number = match key.as_str() {
            keys::CORRELATION_ID => Some(&mut self.correlation_id),
            keys::CAUSATION_ID => Some(&mut self.causation_id),
            _ => None,
        };
        if let Some(number) = number {
            // Only the usual form may become a number: what is read must be what was written.
            *number = Uuid::parse_str(&value).ok().filter(|id| id.to_string() == value);
            if number.is_some() {
                self.drop_entry(&key);
                return;
            }
        }
        Arc::make_mut(self.entries.get_or_insert_with(Arc::default)).insert(key, value);
    }

    /// Sets the ids of the conversation's first message and of the direct cause.
    #[must_use]
    pub fn caused_by(mut self, correlation_id: Uuid, causation_id: Uuid) -> Self {
        self.correlation_id = Some(correlation_id);
        self.causation_id = Some(causation_id);
        self.drop_entry(keys::CORRELATION_ID);
        self.drop_entry(keys::CAUSATION_ID);
        self
    }

    /// The metadata of what a message causes: it stays in the conversation it came with, whatever
    /// that is called, or begins one.
    #[must_use]
    pub(crate) fn caused_by_command(self, id: Uuid) -> Self {
        let mut metadata = self.in_conversation(id);
        metadata.causation_id = Some(id);
        metadata.drop_entry(keys::CAUSATION_ID);
        metadata
    }

    /// The metadata of a message with this id: it begins a conversation unless it is part of one.
    #[must_use]
    pub(crate) fn in_conversation(mut self, id: Uuid) -> Self {
        if self.get(keys::CORRELATION_ID).is_none() {
            self.correlation_id = Some(id);
        }
        self
    }

    /// What the handler of a message passes on to everything it sends: the conversation and the
    /// cause, tenant and trace context, and the entries under these keys.
    #[must_use]
    pub(crate) fn passed_on(&self, listed: &[String]) -> Self {
        let Some(entries) = &self.entries else { return self.clone() };
        let own = [
            keys::CORRELATION_ID,
            keys::CAUSATION_ID,
            keys::TENANT,
            keys::TRACEPARENT,
            keys::TRACESTATE,
        ];
        let goes_on = |key: &str| own.contains(&key) || listed.iter().any(|listed| listed == key);
        if entries.keys().all(|key| goes_on(key)) {
            return self.clone();
        }
        let entries: BTreeMap<_, _> = entries
            .iter()
            .filter(|(key, _)| goes_on(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        Self { entries: (!entries.is_empty()).then(|| Arc::new(entries)), ..*self }
    }

    /// The tenant that is named; without one the empty one.
    pub(crate) fn tenant(&self) -> Result<Tenant, InvalidId> {
        self.get(keys::TENANT).map_or_else(|| Ok(Tenant::default()), |name| Tenant::new(&name))
    }

    /// These entries, and in place of some of them those.
    #[must_use]
    pub(crate) fn overlaid_with(mut self, others: &Self) -> Self {
        others.iter().for_each(|(key, value)| self.insert(key, value));
        self
    }

    /// Removes the text that stood where an id stands now: one key has one value.
    fn drop_entry(&mut self, key: &str) {
        if let Some(entries) = &mut self.entries
            && entries.contains_key(key)
        {
            let entries = Arc::make_mut(entries);
            entries.remove(key);
            if entries.is_empty() {
                self.entries = None;
            }
        }
    }

    /// The correlation id, where it is a UUID.
    #[must_use]
    pub fn correlation_id(&self) -> Option<Uuid> {
        self.correlation_id
    }

    /// The causation id, where it is a UUID.
    #[must_use]
    pub fn causation_id(&self) -> Option<Uuid> {
        self.causation_id
    }

    /// True if there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The entries, the two ids first, then ordered by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        let ids =
            [(keys::CAUSATION_ID, self.causation_id), (keys::CORRELATION_ID, self.correlation_id)];
        let entries = self.entries.iter().flat_map(|entries| entries.iter());
        ids.into_iter()
            .filter_map(|(key, id)| Some((key, Cow::Owned(id?.to_string()))))
            .chain(entries.map(|(key, value)| (key.as_str(), Cow::Borrowed(value.as_str()))))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Metadata {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut metadata = Self::new();
        entries.into_iter().for_each(|(key, value)| metadata.insert(key, value));
        metadata
    }
}

impl Serialize for Metadata {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::<String, String>::deserialize(deserializer).map(Self::from_iter)
    }
}
