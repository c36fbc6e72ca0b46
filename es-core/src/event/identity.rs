use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::str::FromStr;
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use foldhash::quality::RandomState;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest text form of an aggregate's id, in bytes.
pub const MAX_ID_BYTES: usize = 255;

/// Identifies one event. A UUID v7 when generated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub Uuid);

impl EventId {
    /// Generates a new id, ordered by time.
    #[must_use]
    pub fn generate() -> Self {
        Self(random_at(now_ms()))
    }

    /// Generates a new id of the moment in which a command's id was generated.
    // Saves a look at the clock for each event of a command.
    pub(crate) fn of_command(command: CommandId) -> Self {
        if command.0.get_version_num() != 7 {
            return Self::generate();
        }
        let (ms, _) = command.0.as_u64_pair();
        Self(random_at(ms >> 16))
    }
}

/// Identifies one command, and every repetition of it.
///
/// A command sent again under the same id gets the first answer and runs nothing, as long as the
/// log remembers it: on SQLite for seven days where the sender gave the id, for an hour where the
/// gateway made it (`remember_outside_s`, `remember_generated_s`). Generated ids are UUIDs v7;
/// [`CommandId::from_key`] derives one from a key of your own, for example an HTTP idempotency key.
///
/// ```
/// # use es_core::event::CommandId;
/// let id = CommandId::generate();
/// assert_eq!(id.to_string().parse(), Ok(id));
/// let error = "order 17".parse::<CommandId>().unwrap_err().to_string();
/// assert!(error.starts_with("`order 17` is no id of type `CommandId`: expected a UUID"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandId(pub Uuid);

impl CommandId {
    /// Generates a new id, ordered by time.
    #[must_use]
    pub fn generate() -> Self {
        Self(random_at(now_ms()))
    }

    /// Derives an id (UUID v5, namespace OID) from a key; the same key gives the same id.
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        Self(Uuid::new_v5(&Uuid::NAMESPACE_OID, key.as_bytes()))
    }
}

/// Reads what [`fmt::Display`] writes, a UUID.
impl FromStr for CommandId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        text.parse().map(Self).map_err(|_| InvalidId::Unparsable {
            text: text.into(),
            type_name: "CommandId",
            reason: "expected a UUID such as `0198c5f2-7d3a-7c41-9b7e-52f0a1d6c3e8`; \
                     `CommandId::from_key` makes an id of any text"
                .into(),
        })
    }
}

// A UUID v7 (RFC 9562): 48 bits of milliseconds, then random bits.
fn random_at(ms: u64) -> Uuid {
    let mut bytes = *Uuid::new_v4().as_bytes();
    let [_, _, time @ ..] = ms.to_be_bytes();
    if let Some(place) = bytes.first_chunk_mut() {
        *place = time;
    }
    uuid::Builder::from_random_bytes(bytes).with_version(uuid::Version::SortRand).into_uuid()
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

macro_rules! shown_as_inner {
    ($($name:ident),*) => { $(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )* };
}

/// An event's number within its stream, gapless from 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(pub u64);

/// An event's number within its partition of the log: contiguous, in commit order, 1 the first.
///
/// As a token it means "handled up to", and 0 means nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

/// A part of the log with positions of its own. Most engines have exactly one, number 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Partition(pub u32);

shown_as_inner!(EventId, CommandId, Sequence, Position, Partition);

impl Sequence {
    /// The sequence after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl Position {
    /// The position after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Separates customers of one installation. The empty string by default.
// `None` is the empty string, so that the usual tenant costs nothing to make or clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Tenant(Option<Arc<str>>);

impl Tenant {
    /// Names a tenant.
    ///
    /// # Errors
    /// The name is longer than 255 bytes or holds a control character.
    pub fn new(name: &str) -> Result<Self, InvalidId> {
        check("tenant", name)?;
        Ok(if name.is_empty() { Self(None) } else { Self(Some(Arc::from(name))) })
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

/// Names one aggregate's events: tenant, the aggregate's stored name, and the id's text.
///
/// The three parts are compared byte by byte; nothing is folded, trimmed or normalised. Cloning is
/// cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamId(Arc<Parts>);

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Parts {
    tenant: Tenant,
    aggregate: Box<str>,
    id: Box<str>,
    // Of the three, so that maps need not go through them at each look.
    hash: u64,
}

impl StreamId {
    /// Names a stream.
    ///
    /// # Errors
    /// The id is empty, longer than 255 bytes, or holds a control character.
    pub fn new(tenant: &Tenant, aggregate: &str, id: &str) -> Result<Self, InvalidId> {
        check("aggregate name", aggregate)?;
        if id.is_empty() {
            return Err(InvalidId::Empty { aggregate: aggregate.into() });
        }
        check(aggregate, id)?;
        Ok(Self(Arc::new(Parts {
            tenant: tenant.clone(),
            aggregate: aggregate.into(),
            id: id.into(),
            hash: hash(tenant, aggregate, id),
        })))
    }

    /// The tenant; empty by default.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.0.tenant
    }

    /// The aggregate's stored name.
    #[must_use]
    pub fn aggregate(&self) -> &str {
        &self.0.aggregate
    }

    /// The id's text form.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }
}

impl Hash for StreamId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

// Seeded at random once a process: ids come from outside, and must not be chosen to collide.
fn hash(tenant: &Tenant, aggregate: &str, id: &str) -> u64 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::default);
    SEED.hash_one((tenant, aggregate, id))
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.tenant.as_str().is_empty() {
            write!(f, "{}/", self.0.tenant.as_str())?;
        }
        write!(f, "{} {}", self.0.aggregate, self.0.id)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamId({self})")
    }
}

/// A text that cannot be an id.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidId {
    /// The text is empty.
    #[error("the id of `{aggregate}` is empty; give it at least one character")]
    Empty {
        /// The aggregate's stored name.
        aggregate: String,
    },
    /// The text is too long.
    #[error(
        "the id of `{of}` has {bytes} bytes, the limit is {MAX_ID_BYTES}; \
         use a shorter id, or a hash of it"
    )]
    TooLong {
        /// What the id names.
        of: String,
        /// Its length.
        bytes: usize,
    },
    /// The text holds a control character.
    #[error(
        "the id of `{of}` holds the control character U+{code:04X} at byte {at}; \
         ids may hold any character but control characters"
    )]
    Control {
        /// What the id names.
        of: String,
        /// The character's code point.
        code: u32,
        /// Its offset in bytes.
        at: usize,
    },
    /// The text is not the text form of the id's type.
    #[error("`{text}` is no id of type `{type_name}`: {reason}")]
    Unparsable {
        /// The text.
        text: String,
        /// The id's type.
        type_name: &'static str,
        /// Why not.
        reason: String,
    },
}

crate::fault::debug_is_display!(InvalidId);

fn check(of: &str, text: &str) -> Result<(), InvalidId> {
    if text.len() > MAX_ID_BYTES {
        return Err(InvalidId::TooLong { of: of.into(), bytes: text.len() });
    }
    match text.char_indices().find(|(_, c)| c.is_control()) {
        Some((at, c)) => Err(InvalidId::Control { of: of.into(), code: u32::from(c), at }),
        None => Ok(()),
    }
}
