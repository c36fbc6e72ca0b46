use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::LitStr;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::parameters::local;
use crate::model::{AggregateBlock, Interceptor};

/// The method of `EventSourced` that runs a block's interceptors, in the order of the source:
///
/// ```text
/// fn intercept(
///     &self,
///     message: &CommandMessage<'_>,
///     method: &Cell<&'static str>,
/// ) -> Result<(), Veto> {
///     method.set("only_open");
///     Verdict::verdict(<Order>::only_open(self, message))?;
///     if let Some(command) = command_of::<ShipOrder>(message) {
///         method.set("is_paid");
///         Verdict::verdict(<Order>::is_paid(self, command))?;
///     }
///     Ok(())
/// }
/// ```
pub(super) fn method(block: &AggregateBlock) -> Option<TokenStream> {
    let AggregateBlock { paths, self_ty, interceptors, .. } = block;
    if interceptors.is_empty() {
        return None;
    }
    let place = self_ty.span();
    let es = paths.at(place);
    let private = es.private();
    let [message, command, method] = ["message", "command", "method"].map(local);
    let calls = interceptors.iter().map(|Interceptor { name, cfgs, command: ty, output }| {
        let seen = if ty.is_some() { &command } else { &message };
        let call = quote_spanned!(*output=> <#self_ty>::#name(self, #seen));
        let private = paths.at(*output).private();
        let asked = quote_spanned!(*output=> #private::Verdict::verdict(#call)?;);
        let text = LitStr::new(&name.unraw().to_string(), name.span());
        let noted = quote_spanned!(name.span()=> #method.set(#text););
        match ty {
            None => quote_spanned!(name.span()=> #(#cfgs)* { #noted #asked }),
            Some(ty) => {
                let private = paths.at(ty.span()).private();
                quote_spanned! {ty.span()=>
                    #(#cfgs)*
                    if let #private::Some(#command) =
                        #private::command_of::<#ty>(#message) { #noted #asked }
                }
            }
        }
    });
    Some(quote_spanned! {place=>
        fn intercept(
            &self,
            #message: &#es::command::CommandMessage<'_>,
            #method: &#private::Cell<&'static str>,
        ) -> #private::Result<(), #es::command::Veto> {
            #(#calls)*
            #private::Ok(())
        }
    })
}
