//! Tags of every kind, enums as events, and a chain over three revisions.
use es_core::event::{Event as _, Tags};
use es_core::prelude::*;

#[derive(AggregateId, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ShopId(u64);

#[derive(ViewKey, Serialize, Deserialize)]
pub enum Size {
    Small,
    #[allow(dead_code)]
    Large,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "shop.opened")]
pub struct OpenedV0 {
    pub city: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "shop.opened", revision = 1, from = OpenedV0)]
pub struct OpenedV1 {
    pub city: Option<String>,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "shop.opened", revision = 3, from = OpenedV1, codec = es_core::event::Json)]
pub struct Opened {
    #[tag]
    pub shop_id: ShopId,
    #[tag]
    pub city: Option<String>,
    #[tag]
    pub size: Size,
    #[tag]
    pub r#type: u8,
}

#[derive(Event, Serialize, Deserialize)]
pub enum Moved {
    Away,
    To { city: String },
}

impl From<OpenedV0> for OpenedV1 {
    fn from(earlier: OpenedV0) -> Self {
        Self { city: Some(earlier.city) }
    }
}

impl From<OpenedV1> for Opened {
    fn from(earlier: OpenedV1) -> Self {
        Self { shop_id: ShopId(7), city: earlier.city, size: Size::Small, r#type: 1 }
    }
}

fn tags(event: &Opened) -> Vec<(String, String)> {
    let mut tags = Tags::default();
    event.tags(&mut tags);
    tags.into_vec().into_iter().map(|tag| (tag.key.into_owned(), tag.value)).collect()
}

fn main() {
    let event = Opened::decode(0, br#"{"city":"Ulm"}"#).unwrap();
    let expected = [("shop_id", "7"), ("city", "Ulm"), ("size", "Small"), ("type", "1")];
    let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(tags(&event), expected);
    let event = Opened::decode(1, br#"{"city":null}"#).unwrap();
    assert_eq!(tags(&event).len(), 3);
    assert!(Opened::decode(2, b"{}").is_err());
    assert!(Opened::decode(4, b"{}").is_err());
    assert_eq!((Opened::NAME, Opened::REVISION), ("shop.opened", 3));
}
