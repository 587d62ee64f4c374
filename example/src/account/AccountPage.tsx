import { displayName, emailOf, useUser } from "../auth/user";
import { PageTitle } from "../ui/PageTitle";
import { Header } from "../shell/Header";
import { text } from "../text";
import { CheckoutResult } from "./CheckoutResult";
import { DeleteAccount } from "./DeleteAccount";
import { Invoices } from "./Invoices";
import { Payments } from "./Payments";
import { Plan } from "./Plan";

/**
 * The person, their plan, invoices and payments, and deleting the account. The default export of a module that is loaded
 * when somebody opens it.
 */
export default function AccountPage() {
  const user = useUser();
  const email = emailOf(user);
  return (
    <>
      <Header>
        <PageTitle title={text.account.title} className="truncate" />
      </Header>
      <main
        id="content"
        className="mx-auto w-full max-w-3xl space-y-12 px-4 py-10 sm:px-6 sm:py-16"
      >
        <p className="wrap-anywhere text-muted">
          {displayName(user)}
          {email !== undefined && email !== displayName(user) && `, ${email}`}
        </p>
        <CheckoutResult />
        <Plan />
        <Invoices />
        <Payments />
        <DeleteAccount />
      </main>
    </>
  );
}
