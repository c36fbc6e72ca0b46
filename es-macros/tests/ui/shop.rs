// The domain that the cases share; a case shows only what it is about.
use es_core::prelude::*;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct OpenShop {
    #[target]
    pub shop_id: String,
}

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct CloseShop {
    #[target]
    pub shop_id: String,
}

#[derive(Event, Serialize, Deserialize)]
pub struct ShopOpened {
    pub shop_id: String,
}

#[derive(Event, Serialize, Deserialize)]
pub struct ShopClosed {
    pub shop_id: String,
}

#[derive(Debug)]
pub struct ShopError;

impl std::fmt::Display for ShopError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the shop is closed")
    }
}

impl std::error::Error for ShopError {}

#[allow(dead_code)]
fn opened() -> ShopOpened {
    ShopOpened { shop_id: String::new() }
}

#[allow(dead_code)]
fn closed() -> ShopClosed {
    ShopClosed { shop_id: String::new() }
}
