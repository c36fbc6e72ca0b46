use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::model::{AggregateBlock, CommandStub};

/// A handler that had an error: `send` finds it, so that only the error itself is reported.
///
/// ```text
/// impl CommandOf<Order> for CancelOrder {
///     type Reply = ();
///     type Error = Infallible;
///     const CALL: … = Call::Sync(unusable);
/// }
/// ```
pub(super) fn command(stub: &CommandStub, block: &AggregateBlock) -> TokenStream {
    let aggregate = block.aggregate();
    let CommandStub { cfgs, command } = stub;
    let place = command.span();
    let es = block.paths.at(place);
    let private = es.private();
    quote_spanned! {place=>
        #(#cfgs)*
        #[automatically_derived]
        impl #es::command::CommandOf<#aggregate> for #command {
            type Reply = ();
            type Error = #private::Infallible;
            const CALL: #es::command::Call<#aggregate, Self, (), #private::Infallible> =
                #es::command::Call::Sync(#private::unusable);
        }
    }
}
