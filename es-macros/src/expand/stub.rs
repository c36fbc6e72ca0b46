use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::model::{AggregateBlock, CommandStub, relocate};

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
    let AggregateBlock {
        paths: es, self_ty, ..
    } = block;
    let CommandStub { cfgs, command } = stub;
    let private = es.private();
    let place = command.span();
    let header = relocate(quote!(impl #es::command::CommandOf<#self_ty> for), place);
    let own = self_ty.to_token_stream();
    quote_spanned! {place=>
        #(#cfgs)*
        #[automatically_derived]
        #header #command {
            type Reply = ();
            type Error = #private::Infallible;
            const CALL: #es::command::Call<#own, Self, (), #private::Infallible> =
                #es::command::Call::Sync(#private::unusable);
        }
    }
}
