use std::cell::Cell;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How payloads become bytes. One per event type, known at compile time.
pub trait Codec {
    /// A short name for people and tools, for example `json`.
    const NAME: &'static str;

    /// Appends the encoded value to `out`.
    ///
    /// # Errors
    /// The value cannot be written in this format, for example a map with keys that are no strings.
    fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError>;

    /// Decodes one value.
    ///
    /// # Errors
    /// The bytes are not a `T` in this format.
    fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError>;
}

/// JSON, the default codec.
#[derive(Debug, Clone, Copy)]
pub struct Json;

impl Codec for Json {
    const NAME: &'static str = "json";

    fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
        serde_json::to_writer(out, value).map_err(CodecError::new)
    }

    fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
        serde_json::from_slice(bytes).map_err(|error| CodecError(Reason::Shape(Box::new(error))))
    }
}

/// Encodes into a buffer that the thread keeps, and gives exactly the bytes that came of it.
pub(crate) fn encoded(
    encode: impl FnOnce(&mut Vec<u8>) -> Result<(), CodecError>,
) -> Result<Bytes, CodecError> {
    thread_local! {
        static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    }
    // Taken, not borrowed: a `Serialize` of the user's may encode something itself.
    let mut buffer = BUFFER.take();
    buffer.clear();
    let bytes = encode(&mut buffer).map(|()| match buffer.as_slice() {
        // The answer of every handler that replies nothing.
        b"null" => Bytes::from_static(b"null"),
        bytes => Bytes::copy_from_slice(bytes),
    });
    // One huge payload must not stay in memory for ever.
    if buffer.capacity() <= KEPT_BUFFER_BYTES {
        BUFFER.set(buffer);
    }
    bytes
}

const KEPT_BUFFER_BYTES: usize = 64 * 1024;

/// A value that could not be encoded or decoded.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct CodecError(Reason);

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error(transparent)]
    Format(Box<dyn std::error::Error + Send + Sync>),
    #[error(
        "{0}; the type must accept every payload that was stored: write `#[serde(default)]` on a \
         new field, or keep the earlier type and name it in `#[event(revision = .., from = ..)]`"
    )]
    Shape(Box<dyn std::error::Error + Send + Sync>),
    #[error(
        "event `{name}` has revision {found}, and no `from` chain leads from there to revision \
         {known}; declare the chain with `#[event(revision = .., from = ..)]` or run a newer version"
    )]
    Revision { name: &'static str, found: u32, known: u32 },
}

impl CodecError {
    /// Wraps the error of a format's library.
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(Reason::Format(error.into()))
    }

    /// Tells that no `from` chain leads from the stored revision to the type's own.
    #[must_use]
    pub fn unknown_revision(name: &'static str, found: u32, known: u32) -> Self {
        Self(Reason::Revision { name, found, known })
    }
}
