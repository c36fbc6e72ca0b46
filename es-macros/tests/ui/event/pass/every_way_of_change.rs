//! Renames, and events that became several, another or none, also through an alias and in steps.
use es_core::event::{Event as _, Fragments, Upcast};
use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "shop.opened", renamed_from("shop.made", "shop.built"))]
pub struct Opened {
    pub city: String,
}

pub type Parts = (Option<Moved>, [Painted; 2], ());

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_into = Parts, upcast_from(Imported))]
pub struct Changed {
    pub city: Option<String>,
}

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_into = Vec<(Changed, Painted)>)]
pub struct Imported;

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_from(Changed))]
pub struct Moved {
    pub city: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_from(Changed, Imported,))]
pub struct Painted;

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_into = ())]
pub struct Noise;

impl From<Changed> for Parts {
    fn from(before: Changed) -> Self {
        (before.city.map(|city| Moved { city }), [Painted, Painted], ())
    }
}

impl From<Imported> for Vec<(Changed, Painted)> {
    fn from(_: Imported) -> Self {
        vec![(Changed { city: None }, Painted)]
    }
}

impl From<Noise> for () {
    fn from(_: Noise) -> Self {}
}

fn is_set_of_events<T: Fragments>() {}

fn main() {
    is_set_of_events::<<Imported as Upcast>::Into>();
    assert_eq!(Opened::LINEAGE.names(), ["shop.opened", "shop.made", "shop.built"]);
    assert_eq!(Painted::LINEAGE.names(), ["Painted", "Changed", "Imported"]);
    assert_eq!(Moved::LINEAGE.names(), ["Moved", "Changed", "Imported"]);
    assert_eq!(Noise::LINEAGE.names(), ["Noise"]);
    const { assert!(Changed::IS_UPCAST && !Moved::IS_UPCAST) };
}
