use es_core::event::StreamId;

/// Everything an event's checksum covers, so that no flipped bit of a row goes unnoticed.
///
/// Texts that rows share by number (the stream, the name) enter by their own checksums: a bit
/// that flips in the shared row is then found in every event that uses it.
pub(crate) struct Covered<'a> {
    pub(crate) position: i64,
    pub(crate) sequence: Option<i64>,
    /// The checksum of the stream's identity, or of the tenant where there is no stream.
    pub(crate) owner: u32,
    pub(crate) name: u32,
    pub(crate) revision: u32,
    pub(crate) id: &'a [u8; 16],
    pub(crate) recorded_at: i64,
    pub(crate) metadata: &'a [u8],
    pub(crate) payload: &'a [u8],
}

impl Covered<'_> {
    /// CRC-32 (ISO-HDLC, the one of zlib) over the fields in order, integers as little-endian.
    pub(crate) fn checksum(&self, scratch: &mut Vec<u8>) -> u32 {
        // One run over one buffer: the fast path of the checksum wants long pieces.
        scratch.clear();
        scratch.extend_from_slice(&self.position.to_le_bytes());
        scratch.extend_from_slice(&self.sequence.unwrap_or(-1).to_le_bytes());
        scratch.extend_from_slice(&self.owner.to_le_bytes());
        scratch.extend_from_slice(&self.name.to_le_bytes());
        scratch.extend_from_slice(&self.revision.to_le_bytes());
        scratch.extend_from_slice(self.id);
        scratch.extend_from_slice(&self.recorded_at.to_le_bytes());
        scratch.extend_from_slice(&(self.metadata.len() as u64).to_le_bytes());
        scratch.extend_from_slice(self.metadata);
        scratch.extend_from_slice(self.payload);
        crc32fast::hash(scratch)
    }
}

/// The checksum of a name or a tenant.
pub(crate) fn of_text(text: &str) -> u32 {
    crc32fast::hash(text.as_bytes())
}

/// The checksum of a stream's identity. No part holds the separator, a control character.
pub(crate) fn of_stream(stream: &StreamId) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in [stream.tenant().as_str(), stream.aggregate(), stream.id()] {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use es_core::event::Tenant;

    #[test]
    fn the_format_on_disk_stays_what_it_is() {
        let stream = StreamId::new(&Tenant::default(), "Order", "o-1").ok();
        let covered = Covered {
            position: 7,
            sequence: Some(2),
            owner: stream.as_ref().map_or(0, of_stream),
            name: of_text("OrderCreated"),
            revision: 1,
            id: &[3; 16],
            recorded_at: 1_700_000_000_000_000,
            metadata: b"{}",
            payload: b"{\"order_id\":\"o-1\"}",
        };
        assert_eq!(covered.checksum(&mut Vec::new()), 3_262_957_983);
    }
}
