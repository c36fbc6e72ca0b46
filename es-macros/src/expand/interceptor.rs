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
///     metadata: &mut Metadata,
///     method: &Cell<&'static str>,
/// ) -> Result<(), Veto> {
///     method.set("only_open");
///     Verdict::verdict(<Order>::only_open(self, message, metadata))?;
///     let so_far = metadata.clone();
///     let message = &seen_with(message, &so_far);
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
    let [message, command, metadata] = ["message", "command", "metadata"].map(local);
    let [method, so_far] = ["method", "so_far"].map(local);
    let calls = interceptors.iter().map(|Interceptor { name, cfgs, command: ty, adds, output }| {
        let seen = if ty.is_some() { &command } else { &message };
        let added = adds.then(|| quote_spanned!(name.span()=> , #metadata));
        let call = quote_spanned!(*output=> <#self_ty>::#name(self, #seen #added));
        // Those that follow see what it has added.
        let from_now_on = adds.then(|| {
            quote_spanned! {place=>
                let #so_far = #private::Clone::clone(#metadata);
                let #message = &#private::seen_with(#message, &#so_far);
            }
        });
        let private = paths.at(*output).private();
        let asked = quote_spanned!(*output=> #private::Verdict::verdict(#call)?;);
        let text = LitStr::new(&name.unraw().to_string(), name.span());
        let noted = quote_spanned!(name.span()=> #method.set(#text););
        let asking = match ty {
            None => quote_spanned!(name.span()=> #(#cfgs)* { #noted #asked }),
            Some(ty) => {
                let private = paths.at(ty.span()).private();
                quote_spanned! {ty.span()=>
                    #(#cfgs)*
                    if let #private::Some(#command) =
                        #private::command_of::<#ty>(#message) { #noted #asked }
                }
            }
        };
        quote_spanned!(place=> #asking #from_now_on)
    });
    Some(quote_spanned! {place=>
        fn intercept(
            &self,
            #message: &#es::command::CommandMessage<'_>,
            #metadata: &mut #es::event::Metadata,
            #method: &#private::Cell<&'static str>,
        ) -> #private::Result<(), #es::command::Veto> {
            #(#calls)*
            #private::Ok(())
        }
    })
}
