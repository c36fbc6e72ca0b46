include!("../../shop.rs");

pub struct Closed;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct PaintShop {
    #[target]
    pub shop_id: String,
}

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct MoveShop {
    #[target]
    pub shop_id: String,
}

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn open(_command: OpenShop) -> Result<ShopOpened, &'static str> {
        Err("closed")
    }

    #[command_handler]
    fn close(&self, _command: CloseShop) -> Result<ShopOpened, Closed> {
        Err(Closed)
    }

    #[command_handler]
    async fn paint(_shop: &mut Root<Self>, _command: PaintShop) -> Result<u64, HandlerError<u8>> {
        Err(HandlerError::Rejected(1))
    }

    #[command_handler]
    fn relocate(_shop: &mut Root<Self>, _command: MoveShop) -> Result<(), Recorded<u16>> {
        Err(Recorded(1))
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
