kill SEGV => $$;
sleep 10;
