/** What the image adds to the JDK. */
module sandpool.java {
    requires jdk.compiler;
    exports sandpool; // Train is found from a class path too
}
