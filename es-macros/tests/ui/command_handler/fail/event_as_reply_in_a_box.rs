include!("../../shop.rs");

type Opened = (ShopOpened, ());
type Answer<T> = Result<T, ShopError>;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct PaintShop {
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
    fn open(_shop: &mut Slot<Self>, _command: OpenShop) -> Result<Box<ShopOpened>, ShopError> {
        Err(ShopError)
    }

    #[command_handler]
    fn paint(_shop: &mut Root<Self>, _command: PaintShop) -> Result<Opened, ShopError> {
        Err(ShopError)
    }

    #[command_handler]
    fn close(_shop: &mut Root<Self>, _command: CloseShop) -> Answer<Option<ShopClosed>> {
        Err(ShopError)
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
