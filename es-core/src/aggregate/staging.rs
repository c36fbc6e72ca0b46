use bytes::Bytes;

use crate::event::{Codec, Event, Tag, Tags, encoded};
use crate::fault::Fault;

/// An event that was applied and is not stored yet.
#[derive(Debug, Clone)]
pub struct StagedEvent {
    /// The stored name.
    pub name: &'static str,
    /// The revision of the payload's shape.
    pub revision: u32,
    /// The encoded payload.
    pub payload: Bytes,
    /// Its tags, without the aggregate's own id.
    pub tags: Vec<Tag>,
}

/// What one decision has applied so far.
#[derive(Debug, Default)]
pub struct Staging {
    events: Vec<StagedEvent>,
    fault: Option<Fault>,
}

impl Staging {
    pub(crate) fn stage<E: Event>(&mut self, event: &E, applied: Result<(), Fault>) {
        let encoded =
            applied.and_then(|()| Ok(encoded(|buffer| E::Codec::encode(event, buffer))?));
        match encoded {
            Ok(payload) => {
                let mut tags = Tags::default();
                event.tags(&mut tags);
                self.events.push(StagedEvent {
                    name: E::NAME,
                    revision: E::REVISION,
                    payload,
                    tags: tags.into_vec(),
                });
            }
            Err(fault) => {
                self.fault.get_or_insert(fault);
            }
        }
    }

    /// True if nothing was applied and nothing failed: the state is as it was.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.events.is_empty() && self.fault.is_none()
    }

    /// Gives the staged events, or the first fault.
    ///
    /// # Errors
    /// An event did not apply or could not be encoded.
    pub fn finish(self) -> Result<Vec<StagedEvent>, Fault> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(self.events),
        }
    }
}
