use bytes::Bytes;

use super::lineage::is_same_name;
use super::{Codec, CodecError, Event, Lineage, Upcaster, encoded};

/// An event of earlier days that became others. Written by `#[derive(Event)]` where
/// `upcast_into` is given.
///
/// No handler sees it: its rows are read as the events that it became.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is upcast into nothing",
    label = "did not become other events",
    note = "add `#[event(upcast_into = (..))]` to `{Self}`, with the events that it became; for an earlier revision of one event write `from = {Self}`"
)]
pub trait Upcast: Event {
    /// What it became, in order.
    type Into: Fragments + From<Self>;
}

/// What an earlier event became: one event, `()`, `Option`, `Vec`, array or tuple of events.
// The blanket impl is over `E: Event`, a trait of this crate: that keeps the others disjoint.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of events",
    label = "not events",
    note = "name one event, an `Option`, `Vec`, array or tuple of events; each of them derives `Event`"
)]
pub trait Fragments {
    /// The events there may be.
    const LEAVES: Leaves;

    /// Hands the events over, in order.
    fn give(self, to: &mut FragmentSink);
}

/// The events that a type names.
#[derive(Debug, Clone, Copy)]
pub enum Leaves {
    /// One event.
    One(&'static Lineage),
    /// Those of several types.
    All(&'static [Leaves]),
}

/// One event as it would be stored today.
#[derive(Debug, Clone)]
pub struct Fragment {
    pub(crate) name: &'static str,
    pub(crate) revision: u32,
    pub(crate) payload: Bytes,
}

/// Takes the events that one row became.
#[derive(Debug, Default)]
pub struct FragmentSink {
    fragments: Vec<Fragment>,
    failed: Option<CodecError>,
}

impl FragmentSink {
    /// Takes one event.
    pub fn event<E: Event>(&mut self, event: &E) {
        match encoded(|buffer| E::Codec::encode(event, buffer)) {
            Ok(payload) => {
                self.fragments.push(Fragment { name: E::NAME, revision: E::REVISION, payload });
            }
            Err(error) => self.failed = self.failed.take().or(Some(error)),
        }
    }
}

impl Upcaster {
    /// The upcaster of an earlier event.
    #[must_use]
    pub const fn of<P: Upcast>() -> Self {
        Self { earlier: P::LINEAGE, upcast: fragments::<P> }
    }
}

fn fragments<P: Upcast>(revision: u32, payload: &[u8]) -> Result<Vec<Fragment>, CodecError> {
    let mut sink = FragmentSink::default();
    P::Into::from(P::decode(revision, payload)?).give(&mut sink);
    sink.failed.map_or(Ok(sink.fragments), Err)
}

impl Leaves {
    /// True if the event is among them.
    #[must_use]
    pub const fn contain(self, event: &Lineage) -> bool {
        match self {
            Self::One(leaf) => leaf.is(event),
            Self::All(mut rest) => {
                while let [first, others @ ..] = rest {
                    if first.contain(event) {
                        return true;
                    }
                    rest = others;
                }
                false
            }
        }
    }

    /// True if there is any.
    #[must_use]
    pub const fn has_any(self) -> bool {
        match self {
            Self::One(_) => true,
            Self::All(mut rest) => {
                while let [first, others @ ..] = rest {
                    if first.has_any() {
                        return true;
                    }
                    rest = others;
                }
                false
            }
        }
    }

    /// True if each of them says that it was the event, be it in the wrong way.
    #[must_use]
    pub const fn all_say_so(self, earlier: &Lineage) -> bool {
        match self {
            Self::One(leaf) => leaf.says_so(earlier),
            Self::All(mut rest) => {
                while let [first, others @ ..] = rest {
                    if !first.all_say_so(earlier) {
                        return false;
                    }
                    rest = others;
                }
                true
            }
        }
    }
}

impl Lineage {
    const fn says_so(&self, earlier: &Self) -> bool {
        let mut rest = self.upcast_from;
        while let [first, others @ ..] = rest {
            if first.earlier.is(earlier) {
                return true;
            }
            rest = others;
        }
        match self.from {
            Some(before) => before.is(earlier),
            None => false,
        }
    }

    const fn is(&self, other: &Self) -> bool {
        is_same_name(self.name, other.name) && self.revision == other.revision
    }
}

impl<E: Event> Fragments for E {
    const LEAVES: Leaves = Leaves::One(E::LINEAGE);

    fn give(self, to: &mut FragmentSink) {
        to.event(&self);
    }
}

impl Fragments for () {
    const LEAVES: Leaves = Leaves::All(&[]);

    fn give(self, _to: &mut FragmentSink) {}
}

impl<T: Fragments> Fragments for Option<T> {
    const LEAVES: Leaves = T::LEAVES;

    fn give(self, to: &mut FragmentSink) {
        self.into_iter().for_each(|events| events.give(to));
    }
}

impl<T: Fragments> Fragments for Vec<T> {
    const LEAVES: Leaves = T::LEAVES;

    fn give(self, to: &mut FragmentSink) {
        self.into_iter().for_each(|events| events.give(to));
    }
}

impl<T: Fragments, const N: usize> Fragments for [T; N] {
    const LEAVES: Leaves = T::LEAVES;

    fn give(self, to: &mut FragmentSink) {
        self.into_iter().for_each(|events| events.give(to));
    }
}

macro_rules! tuples {
    ($(($($type:ident $index:tt),+))*) => { $(
        impl<$($type: Fragments),+> Fragments for ($($type,)+) {
            const LEAVES: Leaves = Leaves::All(&[$($type::LEAVES),+]);

            fn give(self, to: &mut FragmentSink) {
                $( self.$index.give(to); )+
            }
        }
    )* };
}

tuples! {
    (T 0)
    (T 0, U 1)
    (T 0, U 1, V 2)
    (T 0, U 1, V 2, W 3)
    (T 0, U 1, V 2, W 3, X 4)
    (T 0, U 1, V 2, W 3, X 4, Y 5)
    (T 0, U 1, V 2, W 3, X 4, Y 5, Z 6)
    (T 0, U 1, V 2, W 3, X 4, Y 5, Z 6, S 7)
}
