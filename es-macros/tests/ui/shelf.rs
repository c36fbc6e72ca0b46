// The domain that the cases of members share; a case shows only what it is about.
use es_core::prelude::*;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct FillBox {
    #[target]
    pub shelf_id: String,
    pub box_id: u32,
}

/// Does not say which box.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct EmptyShelf {
    #[target]
    pub shelf_id: String,
}

#[derive(Event, Serialize, Deserialize)]
pub struct ShelfBuilt {
    pub shelf_id: String,
}

#[derive(Event, Serialize, Deserialize)]
pub struct BoxFilled {
    pub box_id: u32,
}
