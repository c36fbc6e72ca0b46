//! What earlier programs have written.

use es_core::event::{EventId, Metadata, StreamId, Tag, Tenant};
use es_core::store::{Append, Committed, EventStore, MemoryLog, NewEvent};
use serde_json::{Value, json};

/// One row: name, revision and payload.
#[derive(Debug, Clone, PartialEq)]
pub struct OldRow(pub &'static str, pub u32, pub Value);

pub fn made() -> OldRow {
    OldRow("CustomerMade", 0, json!({ "customer": "ada" }))
}

pub fn imported(city: &str) -> OldRow {
    OldRow("CustomerImported", 0, json!({ "id": "ada", "city": city }))
}

pub fn changed(names: &[&str], city: Option<&str>) -> OldRow {
    OldRow("CustomerChanged", 0, json!({ "names": names, "city": city }))
}

pub fn baptised(first_name: &str) -> OldRow {
    OldRow("Baptised", 0, json!({ "first_name": first_name }))
}

pub fn contact(phone: &str, city: &str) -> OldRow {
    OldRow("Contact", 0, json!({ "phone": phone, "city": city }))
}

pub fn greeted() -> OldRow {
    OldRow("CustomerGreeted", 0, json!({ "words": "hello" }))
}

pub fn moved(city: &str) -> OldRow {
    OldRow("Moved", 0, json!({ "city": city }))
}

pub fn stream() -> StreamId {
    StreamId::new(&Tenant::default(), "Customer", "ada").unwrap()
}

impl OldRow {
    pub fn unstored(&self) -> NewEvent {
        let OldRow(name, revision, payload) = self;
        let tag = |key: &'static str, field: &str| {
            payload.get(field).and_then(Value::as_str).map(|text| Tag::new(key, text))
        };
        NewEvent {
            id: EventId::generate(),
            stream: Some(stream()),
            name: (*name).into(),
            revision: *revision,
            payload: payload.to_string().into(),
            metadata: Metadata::new(),
            tags: tag("phone", "phone").into_iter().chain(tag("name", "first_name")).collect(),
        }
    }
}

/// Appends rows as one batch.
pub async fn append(log: &MemoryLog, rows: &[OldRow]) -> Committed {
    let events = rows.iter().map(OldRow::unstored).collect();
    let batch = Append { events, ..Append::default() };
    log.reserve(None).await.unwrap().append(batch).await.unwrap()
}

/// A log with these rows.
pub async fn log_with(rows: &[OldRow]) -> MemoryLog {
    let log = MemoryLog::new();
    append(&log, rows).await;
    log
}
