import { displayName, emailOf, useUser } from "../auth/user";
import { PageTitle } from "../ui/PageTitle";
import { DeleteAccount } from "./DeleteAccount";
import { FromCheckout } from "./FromCheckout";
import { Invoices } from "./Invoices";
import { Payments } from "./Payments";
import { Plan } from "./Plan";

/** Who one is here, what one has, and what one has paid. */
export function AccountPage() {
  const user = useUser();
  const email = emailOf(user);
  return (
    <main id="content" className="mx-auto w-full max-w-3xl space-y-12 px-4 py-10 sm:px-6 sm:py-16">
      <div className="space-y-1">
        <PageTitle title="Account" className="text-3xl sm:text-4xl" />
        <p className="wrap-anywhere text-muted">
          {displayName(user)}
          {email !== undefined && email !== displayName(user) && `, ${email}`}
        </p>
      </div>
      <FromCheckout />
      <Plan />
      <Invoices />
      <Payments />
      <DeleteAccount />
    </main>
  );
}
