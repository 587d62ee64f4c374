import { useAction } from "convex/react";
import { useState } from "react";
import { api } from "@backend/_generated/api";
import { useSession } from "../auth/session";
import { useCall } from "../hooks/useCall";
import { navigate } from "../hooks/useRoute";
import { pathOf } from "../lib/routes";
import { useNotice } from "../shell/notices";
import { Button } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { Field } from "../ui/Field";
import { Section } from "../ui/Section";

const WORD = "delete";

/** Deleting the account, once somebody has typed that they mean it. */
export function DeleteAccount() {
  const { signOut } = useSession();
  const notice = useNotice();
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const deleteUser = useAction(api.auth.users.deleteUser);
  const call = useCall(async () => {
    await deleteUser();
    signOut();
    navigate(pathOf({ page: "projects" }), { replace: true });
    notice("Your account has been deleted.");
  });
  const close = (): void => {
    setAsking(false);
    setTyped("");
    call.dismiss();
  };
  return (
    <Section title="Delete account">
      <p className="max-w-prose text-muted">
        Your subscription ends, and your projects go with their sandboxes and conversations.
      </p>
      <Button tone="quiet" onClick={() => setAsking(true)}>
        Delete account …
      </Button>
      {asking && (
        <Confirm
          title="Delete your account?"
          deed="Delete account"
          call={call}
          ready={typed.trim().toLowerCase() === WORD}
          onClose={close}
        >
          <p>Everything you have made here is lost. This can’t be undone.</p>
          <Field
            label={`Type “${WORD}” if you are sure`}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        </Confirm>
      )}
    </Section>
  );
}
