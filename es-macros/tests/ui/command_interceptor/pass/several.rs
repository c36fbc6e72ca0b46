include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    shop_id: String,
    seen: u32,
}

type Allowed = Result<(), Veto>;

#[aggregate]
impl Shop {
    #[command_interceptor]
    fn all(&self, message: &CommandMessage<'_>) -> Result<(), Veto> {
        if message.name() == "Nothing" {
            return Err(Veto::new("nothing"));
        }
        Ok(())
    }

    #[command_interceptor]
    fn typed(&self, command: &CloseShop) -> Result<(), ShopError> {
        if command.shop_id == self.shop_id { Ok(()) } else { Err(ShopError) }
    }

    #[command_interceptor]
    fn signs(&self, command: &CloseShop, metadata: &mut Metadata) -> Result<(), Veto> {
        metadata.insert("shop", command.shop_id.as_str());
        Ok(())
    }

    #[command_interceptor]
    fn signed(&self, message: &CommandMessage<'_>, metadata: &mut Metadata) -> Allowed {
        message.metadata().get("shop").map(drop).ok_or_else(|| Veto::new("not signed"))?;
        metadata.insert("signed", "yes");
        Ok(())
    }

    #[es_core::command_interceptor]
    fn aliased(&self, message: &es_core::command::CommandMessage) -> Allowed {
        message.target().is_some().then_some(()).ok_or_else(|| Veto::new("no target"))
    }

    #[cfg(any())]
    #[command_interceptor]
    fn hidden(&self, _: &Unknown) -> Allowed {}

    #[command_handler]
    fn close(&self, _: CloseShop) -> ShopClosed {
        closed()
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Self { shop_id: event.shop_id.clone(), seen: 0 }
    }

    #[event_sourcing_handler]
    fn on_closed(&mut self, _: &ShopClosed) {
        self.seen += 1;
    }
}

fn main() {
    let shop = Shop::on_opened(&opened());
    assert!(shop.typed(&CloseShop { shop_id: String::new() }).is_ok());
}
