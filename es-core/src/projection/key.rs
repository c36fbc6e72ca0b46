use uuid::Uuid;

use crate::event::Timestamp;

/// The kind of a key or index column, the same on every engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// Bytes whose order is the values' order.
    Ordered,
}

/// Collects the order-preserving bytes of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyBuffer(Vec<u8>);

impl KeyBuffer {
    /// The bytes of one value.
    #[must_use]
    pub fn of<K: ViewKey + ?Sized>(key: &K) -> Vec<u8> {
        let mut buffer = Self::default();
        key.encode(&mut buffer);
        buffer.0
    }

    /// Appends bytes of a fixed length.
    pub fn fixed(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Appends a text so that a longer one sorts after its prefix, and what follows cannot be
    /// confused with it: NUL becomes `00 FF`, the end is `00 00`.
    pub fn text(&mut self, text: &str) {
        for byte in text.bytes() {
            self.0.push(byte);
            if byte == 0 {
                self.0.push(0xFF);
            }
        }
        self.0.extend_from_slice(&[0, 0]);
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// A value by which a view's rows are found, in the order of its bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a view's key or index",
    label = "not a view key",
    note = "use a string, integer, `bool`, `Uuid`, `Timestamp`, an `AggregateId`, an `Option` or tuple of these, or `#[derive(ViewKey)]` on an enum without fields"
)]
pub trait ViewKey {
    /// The column's kind.
    const COLUMN: Column = Column::Ordered;

    /// Appends the order-preserving bytes.
    fn encode(&self, buffer: &mut KeyBuffer);
}

impl ViewKey for str {
    fn encode(&self, buffer: &mut KeyBuffer) {
        buffer.text(self);
    }
}

impl ViewKey for String {
    fn encode(&self, buffer: &mut KeyBuffer) {
        buffer.text(self);
    }
}

macro_rules! unsigned {
    ($($type:ty),*) => { $(
        impl ViewKey for $type {
            fn encode(&self, buffer: &mut KeyBuffer) {
                buffer.fixed(&self.to_be_bytes());
            }
        }
    )* };
}

macro_rules! signed {
    ($($type:ty),*) => { $(
        impl ViewKey for $type {
            fn encode(&self, buffer: &mut KeyBuffer) {
                // Turning the sign bit puts negative numbers before positive ones.
                buffer.fixed(&(*self ^ <$type>::MIN).to_be_bytes());
            }
        }
    )* };
}

unsigned!(u8, u16, u32, u64, u128);
signed!(i8, i16, i32, i64, i128);

impl ViewKey for bool {
    fn encode(&self, buffer: &mut KeyBuffer) {
        buffer.fixed(&[u8::from(*self)]);
    }
}

impl ViewKey for Uuid {
    fn encode(&self, buffer: &mut KeyBuffer) {
        buffer.fixed(self.as_bytes());
    }
}

impl ViewKey for Timestamp {
    fn encode(&self, buffer: &mut KeyBuffer) {
        self.as_microseconds().encode(buffer);
    }
}

impl ViewKey for jiff::Timestamp {
    fn encode(&self, buffer: &mut KeyBuffer) {
        self.as_nanosecond().encode(buffer);
    }
}

impl ViewKey for jiff::civil::Date {
    fn encode(&self, buffer: &mut KeyBuffer) {
        self.year().encode(buffer);
        self.month().encode(buffer);
        self.day().encode(buffer);
    }
}

impl<K: ViewKey> ViewKey for Option<K> {
    fn encode(&self, buffer: &mut KeyBuffer) {
        buffer.fixed(&[u8::from(self.is_some())]);
        if let Some(key) = self {
            key.encode(buffer);
        }
    }
}

macro_rules! tuples {
    ($(($($type:ident $index:tt),+))*) => { $(
        impl<$($type: ViewKey),+> ViewKey for ($($type,)+) {
            fn encode(&self, buffer: &mut KeyBuffer) {
                $( self.$index.encode(buffer); )+
            }
        }
    )* };
}

tuples! { (T 0) (T 0, U 1) (T 0, U 1, V 2) (T 0, U 1, V 2, W 3) (T 0, U 1, V 2, W 3, X 4) }
